import type { OffPolicyEstimate, OffPolicyEstimates, OffPolicyLog } from '../types.js';
import { owning } from './heap.js';
import type { ServingEngine } from './serving-engine.js';
import { record, wrong } from './shape-checks.js';
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
  const { mostWeight = 0 } = record('offPolicy: the log', log, [...COLUMNS, 'mostWeight']);
  if (typeof mostWeight !== 'number')
    throw wrong('offPolicy: mostWeight', mostWeight, 'a number above 0');
  return owning((own) => {
    const columns = COLUMNS.map((name, n) => {
      const values: unknown = log[name] ?? (n < 3 ? undefined : []);
      if (!Array.isArray(values) || !values.every((value) => typeof value === 'number')) {
        throw wrong(`offPolicy: ${name}`, values, 'an array of numbers');
      }
      return own(heap.write(Float64Array.from(values)));
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
      module.offPolicy(wasm, propensities, targets, rewards, chosen, expected, mostWeight, out),
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
