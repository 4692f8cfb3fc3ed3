import { busyShare } from './machine.mjs';

/**
 * @typedef {import('./run.mjs').Run} Run
 * @typedef {import('./run.mjs').Build & { contestant: string, run: () => Promise<Run> }} Entry
 * @typedef {{ median: number, min: number, max: number }} Spread
 */

/**
 * Runs all entries in turn, again and again, so that what disturbs the machine for a while disturbs
 * all of them. Every second round goes backwards, so that none is always first.
 * @param {readonly Entry[]} entries
 * @param {object} options
 * @param {number} options.warmUp rounds that do not count
 * @param {number} options.repetitions rounds that do
 * @param {(line: string) => void} options.say
 */
export async function runRounds(entries, { warmUp, repetitions, say }) {
  const runs = entries.map(() => /** @type {Run[]} */ ([]));
  const busy = [];
  for (let round = -warmUp; round < repetitions; round++) {
    const order = [...entries.keys()];
    if (round % 2 !== 0) order.reverse();
    for (const e of order) {
      const others = await busyShare();
      const run = await entries[e].run();
      say(`${label(round, repetitions)}: ${nameOf(entries[e])}: ${run.seconds.train.toFixed(3)} s`);
      if (round < 0) continue;
      runs[e].push(run);
      busy.push(others);
    }
  }
  return { runs, busy: spreadOf(busy) };
}

const label = (round, repetitions) =>
  round < 0 ? 'warm-up' : `round ${round + 1} of ${repetitions}`;

/** @param {Entry} entry */
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
