import { nameOf, spreadOf } from './rounds.mjs';

/** What all others are compared with: the native build with as many threads. */
const YARDSTICK = 'native';

/**
 * @typedef {object} Row
 * @property {string} contestant
 * @property {string} variant
 * @property {number} threads
 * @property {import('./rounds.mjs').Spread} seconds
 * @property {import('./rounds.mjs').Spread | null} toNative seconds over native ones of the round
 * @property {number} gflops operations the method needs, in billions a second
 * @property {Record<string, number>} metrics
 */

/**
 * @param {readonly import('./rounds.mjs').Entry[]} entries
 * @param {readonly (readonly import('./run.mjs').Run[])[]} runs one list an entry, one run a round
 * @param {number} flops
 * @returns {Row[]}
 */
export function summarize(entries, runs, flops) {
  const secondsOf = (e) => runs[e].map((run) => run.seconds.train);
  return entries.map(({ contestant, variant, threads }, e) => {
    const yardstick = entries.findIndex(
      (entry) => entry.contestant === YARDSTICK && entry.threads === threads,
    );
    const theirs = yardstick >= 0 ? secondsOf(yardstick) : null;
    const seconds = spreadOf(secondsOf(e));
    return {
      contestant,
      variant,
      threads,
      seconds,
      toNative: theirs && spreadOf(secondsOf(e).map((own, round) => own / theirs[round])),
      gflops: flops / seconds.median / 1e9,
      metrics: runs[e][0].metrics,
    };
  });
}

/**
 * Times of contestants that reach different qualities cannot be compared.
 * @param {readonly import('./rounds.mjs').Entry[]} entries
 * @param {readonly (readonly import('./run.mjs').Run[])[]} runs
 * @param {{ metric: string, difference: number }} tolerance
 */
export function checkQuality(entries, runs, { metric, difference }) {
  const found = entries.flatMap((entry, e) =>
    runs[e].map(({ metrics }) => ({ name: nameOf(entry), value: metrics[metric] })),
  );
  const wrong = found.find(({ value }) => !Number.isFinite(value));
  if (wrong) throw new Error(`${wrong.name} gave no ${metric}`);
  found.sort((a, b) => a.value - b.value);
  const [worst, best] = [found[0], found[found.length - 1]];
  if (best.value - worst.value <= difference) return;
  throw new Error(
    `the contestants did not do the same work: ${metric} is ${worst.value.toFixed(4)} for ` +
      `${worst.name} and ${best.value.toFixed(4)} for ${best.name}, more than ${difference} apart`,
  );
}
