import type { OffPolicyEstimate, OffPolicyEstimates, OffPolicyLog } from '../types.js';
import { owning } from './heap.js';
import type { ServingEngine } from './serving-engine.js';
import { expectAboveZero, record, wrong } from './shape-checks.js';
import { check } from './status.js';

const COLUMNS = [
  'propensities',
  'targets',
  'rewards',
  'chosenEstimates',
  'targetEstimates',
] as const;
const NUMBERS = 6;

/** @throws InklingError `invalid_argument`, `not_finite` */
export function offPolicyEstimates(
  { module, heap, wasm }: ServingEngine,
  log: OffPolicyLog,
): OffPolicyEstimates {
  const { mostWeight } = record('offPolicy: the log', log, [...COLUMNS, 'mostWeight']);
  expectAboveZero('offPolicy: mostWeight', mostWeight);
  return owning((own) => {
    const columns = COLUMNS.map((name, n) => {
      const values: unknown = log[name] ?? (n < 3 ? undefined : []);
      const isList = Array.isArray(values) || ArrayBuffer.isView(values);
      const numbers = isList ? [...(values as Iterable<unknown>)] : [];
      const at = numbers.findIndex((value) => typeof value !== 'number');
      if (!isList || at >= 0) {
        const what = at < 0 ? name : `${name}[${at}]`;
        throw wrong(
          `offPolicy: ${what}`,
          at < 0 ? values : numbers[at],
          at < 0 ? 'an array of numbers' : 'a number',
        );
      }
      return own(heap.write(Float64Array.from(numbers as number[])));
    });
    const out = own(new module.Buffer(0));
    const [propensities, targets, rewards, chosen, expected] = columns as [
      never,
      never,
      never,
      never,
      never,
    ];
    check(
      wasm,
      module.offPolicy(
        wasm,
        propensities,
        targets,
        rewards,
        chosen,
        expected,
        (mostWeight as number | undefined) ?? 0,
        out,
      ),
    );
    const rows = heap.read(out, Float64Array);
    const told = (n: number): OffPolicyEstimate => {
      const [value, standardError, low, high, effectiveChoices, clipped] = rows.subarray(
        n * NUMBERS,
        (n + 1) * NUMBERS,
      ) as unknown as [number, number, number, number, number, number];
      return { value, standardError, interval: [low, high], effectiveChoices, clipped };
    };
    return {
      inversePropensity: told(0),
      selfNormalized: told(1),
      ...(rows.length > 2 * NUMBERS && { doublyRobust: told(2) }),
    };
  });
}
