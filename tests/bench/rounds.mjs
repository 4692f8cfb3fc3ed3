import { busyShare } from './machine.mjs';

/**
 * @typedef {import('./measure.mjs').Run} Run
 * @typedef {import('./measure.mjs').Build & { contestant: string, once?: boolean, run: () => Promise<Run> }} Entry
 * @typedef {{ median: number, min: number, max: number }} Spread
 */

/** What the package says where it cannot run: no relaxed SIMD, say. */
const CANNOT_RUN = /unsupported_environment|cannot run here/;

const LONGEST_MESSAGE = 300;

/**
 * Runs all entries in turn, again and again, so that what disturbs the machine for a while disturbs
 * all of them. Every second round goes backwards, so that none is always first. An entry that fails is
 * left out from then on.
 * @param {readonly Entry[]} entries
 * @param {{ repetitions: number, quick: boolean, say: (line: string) => void }} options
 */
export async function runRounds(entries, { repetitions, quick, say }) {
  const runs = new Map(entries.map((entry) => [entry, /** @type {Run[]} */ ([])]));
  const busy = [];
  const notes = [];
  let failures = 0;
  for (let round = 0; round < repetitions; round++) {
    const order = [...runs.keys()].filter(({ once }) => !once || round === 0);
    if (round % 2 !== 0) order.reverse();
    for (const entry of order) {
      busy.push(quick ? 0 : await busyShare());
      const start = performance.now();
      try {
        const run = await entry.run();
        const took = ((performance.now() - start) / 1000).toFixed(1);
        const found = Object.entries(run.seconds).map(
          ([name, s]) => `${name} ${s.toPrecision(3)} s`,
        );
        say(
          `round ${round + 1} of ${repetitions}: ${nameOf(entry)}: ${found.join(', ')} (${took} s)`,
        );
        runs.get(entry)?.push(run);
      } catch (error) {
        const message = lastLine(String(error.stderr || error.message));
        say(`${nameOf(entry)}: ${message}`);
        const impossible = CANNOT_RUN.test(message);
        notes.push(`${nameOf(entry)} ${impossible ? 'is left out' : 'failed'}: ${message}`);
        if (!impossible) failures++;
        runs.delete(entry);
      }
    }
  }
  return {
    entries: [...runs.keys()],
    runs: [...runs.values()],
    busy: spreadOf(busy),
    notes,
    failures,
  };
}

function lastLine(message) {
  const lines = message.split('\n').filter((line) => /\w/.test(line));
  const error = lines.find((line) => /error/i.test(line) && !/^\s*at /.test(line));
  return (error ?? lines.at(-1) ?? message).trim().slice(0, LONGEST_MESSAGE);
}

/** @param {Pick<Entry, 'contestant' | 'variant' | 'threads'>} entry */
export function nameOf({ contestant, variant, threads }) {
  const build = contestant === variant ? contestant : `${contestant} ${variant}`;
  return `${build}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

/** @param {readonly number[]} values @returns {Spread} */
export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}
