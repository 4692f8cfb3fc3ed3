import { describe, expect, test } from 'vitest';
import { runRounds } from './rounds.mjs';
import { checkResults, summarize } from './summary.mjs';

const entry = (contestant, threads, run = async () => ({ seconds: { train: 1 } })) => ({
  contestant,
  variant: contestant,
  threads,
  run,
});
const runOf = (train, more = {}) => ({ seconds: { train }, ...more });
const measures = { train: { label: 'training', unit: 's' } };

describe('summarize', () => {
  test('divides by the native run of the same round with as many threads', () => {
    const entries = [entry('native', 1), entry('native', 2), entry('node', 2)];
    const runs = [
      [runOf(9), runOf(9)],
      [runOf(1), runOf(2)],
      [runOf(3), runOf(4)],
    ];
    const [, , node] = summarize(entries, runs, { measures });
    expect(node.measures.train).toEqual({ median: 3.5, min: 3, max: 4 });
    expect(node.toNative).toEqual({ median: 2.5, min: 2, max: 3 });
  });

  test('divides by one native thread where native has no more', () => {
    const runs = [[runOf(2)], [runOf(3)]];
    const [, node] = summarize([entry('native', 1), entry('node', 2)], runs, { measures });
    expect(node.toNative?.median).toBe(1.5);
  });

  test('gives the time of an epoch, and operations of all of them', () => {
    const perEpoch = { train: { label: 'an epoch', unit: 'ms', per: 10 } };
    const options = { measures: perEpoch, flops: 4e9 };
    const [native] = summarize([entry('native', 1)], [[runOf(2)]], options);
    expect(native.measures.train.median).toBeCloseTo(0.2);
    expect(native.gflops).toBe(2);
  });

  test('counts lists with the same items, as far as the reference goes', () => {
    const check = { lists: { share: 0, reference: 'javascript-node' } };
    const runs = [
      [
        runOf(1, {
          lists: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        }),
      ],
      [
        runOf(1, {
          lists: [
            [2, 1],
            [3, 9],
          ],
        }),
      ],
    ];
    const entries = [entry('native', 1), entry('javascript-node', 1)];
    const rows = summarize(entries, runs, { measures, check });
    expect(rows.map(({ sameLists }) => sameLists)).toEqual([0.5, 1]);
  });
});

describe('checkResults', () => {
  const metric = { name: 'hit_rate@10', difference: 0.002, others: 0.01 };
  const runs = (own, other) => [
    [runOf(1, { metrics: { 'hit_rate@10': own } })],
    [runOf(1, { metrics: { 'hit_rate@10': other } })],
  ];

  test('lets other programs differ by more than builds of the core', () => {
    const ours = [entry('native', 1), entry('node', 1)];
    const others = [entry('native', 1), entry('javascript-node', 1)];
    const found = runs(0.72, 0.725);
    expect(() => checkResults(ours, found, { metric }, 1)).toThrow(/did not do the same work/);
    expect(() => checkResults(others, found, { metric }, 1)).not.toThrow();
    expect(() => checkResults(others, runs(0.72, 0.74), { metric }, 1)).toThrow(/more than 0.01/);
  });

  test('refuses a contestant without the metric', () => {
    const entries = [entry('native', 1), entry('node', 1)];
    expect(() => checkResults(entries, runs(0.7, Number.NaN), { metric }, 1)).toThrow(
      /gave no hit/,
    );
  });

  test('refuses other lists, but not from those who rank by another rule', () => {
    const entries = [entry('native', 1), entry('minisearch', 1)];
    const lists = { share: 0.9 };
    const found = [[runOf(1, { lists: [[1]] })], [runOf(1, { lists: [[2]] })]];
    expect(() => checkResults(entries, found, { lists }, 1)).toThrow(/only 0.0 %/);
    expect(() => checkResults(entries, found, { lists, except: ['minisearch'] }, 1)).not.toThrow();
  });
});

describe('runRounds', () => {
  const options = (repetitions) => ({ repetitions, quick: true, say: () => {} });

  test('goes backwards every second round, and once where that is enough', async () => {
    const order = [];
    const logged = (name, once) => ({
      ...entry(name, 1, async () => {
        order.push(name);
        return runOf(1);
      }),
      once,
    });
    await runRounds([logged('a', false), logged('b', true), logged('c', false)], options(3));
    expect(order).toEqual(['a', 'b', 'c', 'c', 'a', 'a', 'c']);
  });

  test('leaves out who fails, and tells it; what the host cannot run is no failure', async () => {
    const failing = (name, message) =>
      entry(name, 1, async () => {
        throw new Error(message);
      });
    const entries = [
      entry('native', 1),
      failing('node', 'out of memory'),
      failing('firefox', 'the variant "relaxed-threads" cannot run here.'),
    ];
    const done = await runRounds(entries, options(2));
    expect(done.entries.map(({ contestant }) => contestant)).toEqual(['native']);
    expect(done.runs[0]).toHaveLength(2);
    expect(done.failures).toBe(1);
    expect(done.notes).toEqual([
      'node, 1 thread failed: out of memory',
      'firefox, 1 thread is left out: the variant "relaxed-threads" cannot run here.',
    ]);
  });
});
