import { nameOf, spreadOf } from './rounds.mjs';

/** What all others are compared with: the native build with as many threads, or with one where it has no more. */
const YARDSTICK = 'native';
/** Builds of the same core. */
const OURS = ['native', 'native-128', 'node', 'chromium', 'firefox'];

/**
 * @typedef {object} Row
 * @property {string} contestant
 * @property {string} variant
 * @property {number} threads
 * @property {Record<string, import('./rounds.mjs').Spread>} measures seconds of each
 * @property {import('./rounds.mjs').Spread | null} toNative the first measure over native's of the round
 * @property {number | null} gflops operations the method needs, in billions a second
 * @property {Record<string, number>} metrics
 * @property {number | null} sameLists share of the lists that have the same items as those of the reference
 * @property {number | null} memory bytes, the most of all runs
 */

/**
 * @param {readonly import('./rounds.mjs').Entry[]} entries
 * @param {readonly (readonly import('./measure.mjs').Run[])[]} runs one list an entry, one run a round
 * @param {{ measures: Record<string, import('./measure.mjs').Measure>, check?: import('./measure.mjs').Check,
 *   flops?: number }} workload
 * @returns {Row[]}
 */
export function summarize(entries, runs, { measures, check, flops }) {
  const names = Object.keys(measures);
  const reference = referenceOf(entries, runs, check);
  const secondsOf = (e, name) =>
    runs[e].map((run) => run.seconds[name] / (measures[name].per ?? 1));
  return entries.map(({ contestant, variant, threads, lessWork }, e) => {
    const natives = entries.map((entry, n) => ({ ...entry, n }));
    const isNative = (entry) => entry.contestant === YARDSTICK;
    const yardstick =
      natives.find((entry) => isNative(entry) && entry.threads === threads) ??
      natives.find(isNative);
    const theirs = yardstick ? secondsOf(yardstick.n, names[0]) : null;
    const own = secondsOf(e, names[0]);
    const memories = runs[e].map(({ memory }) => memory ?? 0);
    return {
      contestant,
      variant,
      threads,
      measures: Object.fromEntries(
        names
          .filter((name) => runs[e].every((run) => run.seconds[name] !== undefined))
          .map((name) => [name, spreadOf(secondsOf(e, name))]),
      ),
      toNative:
        theirs && !lessWork ? spreadOf(own.map((seconds, round) => seconds / theirs[round])) : null,
      gflops: flops
        ? flops / spreadOf(runs[e].map((run) => run.seconds[names[0]])).median / 1e9
        : null,
      metrics: runs[e][0].metrics ?? {},
      sameLists: runs[e][0].lists ? shareOfSame(runs[e][0].lists, reference.lists) : null,
      memory: Math.max(...memories) || null,
    };
  });
}

/** The run that lists and metrics are compared with. */
function referenceOf(entries, runs, check) {
  const reference = check?.lists?.reference;
  const found = entries.findIndex(({ contestant }) => contestant === reference);
  if (reference && found < 0) {
    throw new Error(`${reference} did not run, with which the lists are to be compared`);
  }
  return runs[Math.max(0, found)][0];
}

/** Of the first lists of both, as far as both go. Equal items; their order may differ by the last bits of a score. */
function shareOfSame(lists, others) {
  const count = Math.min(lists.length, others.length);
  let same = 0;
  for (let n = 0; n < count; n++) {
    const theirs = new Set(others[n]);
    if (lists[n].length === theirs.size && lists[n].every((item) => theirs.has(item))) same++;
  }
  return same / count;
}

/**
 * Times of contestants that did not do the same work cannot be compared.
 * @param {readonly import('./rounds.mjs').Entry[]} entries
 * @param {readonly (readonly import('./measure.mjs').Run[])[]} runs
 * @param {import('./measure.mjs').Check} check
 * @param {number} allowance how many times as far apart metrics may be
 */
export function checkResults(entries, runs, check, allowance) {
  if (entries.length === 0) throw new Error('no contestant could run');
  const { metric, lists, except = [] } = check;
  const reference = referenceOf(entries, runs, check);
  for (const [e, entry] of entries.entries()) {
    if (except.includes(entry.contestant)) continue;
    for (const run of runs[e]) {
      if (metric) checkMetric(entry, run, reference, metric, allowance);
      if (lists) checkLists(entry, run, reference, lists);
    }
  }
}

function checkMetric(entry, run, reference, { name, difference, others }, allowance) {
  const value = run.metrics?.[name];
  if (!Number.isFinite(value)) throw new Error(`${nameOf(entry)} gave no ${name}`);
  const allowed = allowance * (OURS.includes(entry.contestant) ? difference : others);
  if (Math.abs(value - reference.metrics[name]) <= allowed) return;
  throw new Error(
    `the contestants did not do the same work: ${name} is ${value.toFixed(4)} for ${nameOf(entry)} and ` +
      `${reference.metrics[name].toFixed(4)} for the reference, more than ${allowed} apart`,
  );
}

function checkLists(entry, run, reference, { share }) {
  if (!run.lists?.length) throw new Error(`${nameOf(entry)} gave no lists`);
  const same = shareOfSame(run.lists, reference.lists);
  if (same >= share) return;
  throw new Error(
    `the contestants did not do the same work: of the lists of ${nameOf(entry)} only ${(same * 100).toFixed(1)} % ` +
      `have the items of the reference's; expected ${share * 100} %`,
  );
}
