import { describe, expect, it } from 'vitest';
import type { EvaluateOptions, InteractionTable } from '../../../web/types.js';
import { realData } from '../catalog/real-data.js';
import { given, inkling, useDirectory } from './command-line.js';

describe('inkling evaluate', () => {
  const directory = useDirectory();
  const parts = () => [
    ...['--train', directory.write('train.csv', 'u,a,5\nv,b,3\n')],
    ...['--test', directory.write('test.csv', 'u,b,5\n'), '--model', 'ials'],
  ];

  it('passes both parts, negatives and metrics to the engine and prints its answer', async () => {
    const negatives = directory.write('n.tsv', '(u,b)\tc\td\n');
    const { code, stdout } = await inkling([
      ...['evaluate', ...parts(), '--negatives', negatives, '--set', 'num_factors=64'],
      ...['--metrics', 'hit_rate@10,ndcg@10', '--json'],
    ]);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual({
      ...{ model: 'ials', metrics: { 'hit_rate@10': 0.25, 'ndcg@10': 0.25 } },
      intervals: { 'hit_rate@10': [0.24, 0.26], 'ndcg@10': [0.24, 0.26] },
      ...{ seconds: { train: 1.5, evaluate: 0.25 }, users: 2, items: 2, interactions: 2 },
      ...{ test_users: 1, variant: 'simd', threads: 1, seed: 1, peak_memory_bytes: 1024 },
    });
    const [options] = given('evaluate') as [EvaluateOptions];
    expect(options).toMatchObject({
      settings: { num_factors: 64 },
      metrics: ['hit_rate@10', 'ndcg@10'],
      negatives: [{ user: 'u', items: ['c', 'd'] }],
    });
    expect(options).not.toHaveProperty('split');
    expect(options).not.toHaveProperty('baseline');
    expect(options).not.toHaveProperty('knownItemsOnly');
    expect((options.test as InteractionTable).userIds).toEqual(['u']);
  });

  it('passes one table and the name of the split', async () => {
    const file = directory.write('r.csv', 'u,a,5\nu,b,3\n');
    const { code } = await inkling([
      ...['evaluate', '--interactions', file, '--split', 'users', '--test-fraction', '0.3'],
      ...['--model', 'popularity', '--seed', '5'],
    ]);
    expect(code).toBe(0);
    expect(given('evaluate')[0]).toMatchObject({
      ...{ split: 'users', testFraction: 0.3, model: 'popularity', seed: 5 },
      interactions: { userIds: ['u'] },
    });
    expect(given('evaluate')[0]).not.toHaveProperty('train');
  });

  it('splits leave-one-out if nothing else is said', async () => {
    const file = directory.write('r.csv', 'u,a,5\nu,b,3\n');
    await inkling(['evaluate', '--interactions', file, '--model', 'ials']);
    expect(given('evaluate')[0]).toMatchObject({ split: 'leave-one-out' });
  });

  it('prints a table without --json, the intervals behind the figures', async () => {
    const { stdout } = await inkling(['evaluate', ...parts(), '--metrics', 'recall@20,coverage@5']);
    expect(stdout.trimEnd().split('\n').slice(0, 4)).toEqual([
      'model         ials',
      'recall@20     0.2500 [0.240, 0.260]',
      'coverage@5    0.2500',
      'train         1.50 s',
    ]);
  });

  it('compares with a baseline, column by column', async () => {
    const argv = [
      ...['evaluate', ...parts(), '--metrics', 'recall@20,coverage@5', '--known-items-only'],
      ...['--baseline', 'item_neighbors', '--baseline-set', 'num_neighbors=9', 'weighting=bm25'],
      ...['--set', 'num_factors=8', 'iterations=3'],
    ];
    const { stdout } = await inkling(argv);
    expect(stdout.trimEnd().split('\n').slice(0, 4)).toEqual([
      'model         ials                   item_neighbors         difference              p',
      'recall@20     0.2500 [0.240, 0.260]  0.1250 [0.120, 0.130]  +0.1250 [0.100, 0.150]  0.0005',
      'coverage@5    0.2500                 0.1250                 +0.1250',
      'train         1.50 s                 0.50 s',
    ]);
    expect(given('evaluate')[0]).toMatchObject({
      settings: { num_factors: 8, iterations: 3 },
      baseline: { model: 'item_neighbors', settings: { num_neighbors: 9, weighting: 'bm25' } },
      knownItemsOnly: true,
    });
    const json = await inkling([...argv, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      model: 'ials',
      baseline: { model: 'item_neighbors', metrics: { 'recall@20': 0.125 } },
      differences: {
        'recall@20': { mean: 0.125, low: 0.1, high: 0.15, p: 0.0005 },
        'coverage@5': { mean: 0.125 },
      },
    });
  });

  it('passes on what tells of items, and how lists are re-ranked', async () => {
    const items = directory.write('items.tsv', 'id\tmood\na\tcalm\nb\tloud\n');
    await inkling([
      ...['evaluate', ...parts(), '--items', items, '--topics', 'mood'],
      ...['--rerank', 'mmr:0.3, calibrate:0.2', '--metrics', 'intra_list_distance@5'],
    ]);
    expect(given('evaluate')[0]).toMatchObject({
      topics: 'mood',
      items: [
        { id: 'a', mood: 'calm' },
        { id: 'b', mood: 'loud' },
      ],
      rerank: {
        steps: [
          { by: 'mmr', weight: 0.3 },
          { by: 'calibrate', weight: 0.2 },
        ],
      },
    });
    await inkling(['evaluate', ...parts()]);
    expect(given('evaluate')[0]).not.toHaveProperty('rerank');
    expect(given('evaluate')[0]).not.toHaveProperty('topics');
  });

  it('reads the files of the NCF protocol as they are', async () => {
    const rows = (n: number) =>
      Array.from({ length: n }, (_, i) => `${i % 6040}\t${i % 3704}\t3\t0`);
    const ids = Array.from({ length: 99 }, (_, i) => i).join('\t');
    const content = {
      'ml-1m.train.rating.gz': () => rows(994_169).join('\n'),
      'ml-1m.test.rating': () => rows(6040).join('\n'),
      'ml-1m.test.negative.gz': () =>
        Array.from({ length: 6040 }, (_, i) => `(${i},0)\t${ids}`).join('\n'),
    };
    const [train, test, negatives] = Object.entries(content).map(([name, made]) =>
      directory.write(name, realData(`ncf-ml-1m/${name}`) ?? made()),
    ) as [string, string, string];
    const { code, stdout } = await inkling([
      ...['evaluate', '--train', train, '--test', test, '--negatives', negatives],
      ...[
        '--model',
        'ials',
        '--set',
        'num_factors=64',
        '--metrics',
        'hit_rate@10,ndcg@10',
        '--json',
      ],
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ users: 6040, items: 3704, interactions: 994_169, test_users: 6040 },
    });
    const [options] = given('evaluate') as [EvaluateOptions];
    expect([...(options.negatives ?? [])].map(({ items }) => items.length)).toEqual(
      Array.from({ length: 6040 }, () => 99),
    );
  });

  const wrong: [string, string[], RegExp][] = [
    ['no data', ['--model', 'ials'], /No data.*--train F and --test F, or --interactions/],
    ['train without test', ['--train', 'a', '--model', 'ials'], /--test is missing/],
    ['both forms', ['--train', 'a', '--interactions', 'b', '--model', 'ials'], /either one file/],
    [
      'a split of split data',
      ['--train', 'a', '--test', 'b', '--split', 'random', '--model', 'ials'],
      /--split.*leave it out/,
    ],
    [
      'an unknown split',
      ['--interactions', 'a', '--split', 'randm', '--model', 'ials'],
      /did you mean random/,
    ],
    [
      'a fraction of 1',
      ['--interactions', 'a', '--test-fraction', '1', '--model', 'ials'],
      /below 1/,
    ],
    [
      'an unknown baseline',
      ['--interactions', 'a', '--model', 'ials', '--baseline', 'populrity'],
      /--baseline is.*did you mean popularity/,
    ],
    [
      'settings of no baseline',
      ['--interactions', 'a', '--model', 'ials', '--baseline-set', 'k=1'],
      /--baseline-set is given without --baseline/,
    ],
    [
      'a baseline setting that is none',
      ['--interactions', 'a', '--model', 'ials', '--baseline', 'ials', '--baseline-set', 'k'],
      /--baseline-set has "k"; expected key=value/,
    ],
    ['no model', ['--interactions', 'a'], /--model is missing/],
    [
      'an unknown model',
      ['--interactions', 'a', '--model', 'iasl'],
      /did you mean ials.*popularity/,
    ],
    [
      'a model that does not exist yet',
      ['--interactions', 'a', '--model', 'bert4rec'],
      /expected one of/,
    ],
    [
      'a checkpoint of a model that is trained in one go',
      ['--interactions', 'a', '--model', 'ials', '--checkpoint', 'c'],
      /--checkpoint is for sasrec and gru; ials is trained in one go/,
    ],
    [
      'a checkpoint of two models',
      ['--interactions', 'a', '--model', 'gru', '--checkpoint', 'c', '--baseline', 'ials'],
      /keeps one training; leave --baseline out/,
    ],
    [
      'two kinds of negatives',
      [
        ...['--train', 'a', '--test', 'b', '--model', 'ials', '--negatives', 'c'],
        ...['--sampled-negatives', '100'],
      ],
      /--sampled-negatives is given with --negatives/,
    ],
    [
      'an unknown way of re-ranking',
      ['--interactions', 'a', '--model', 'ials', '--rerank', 'mmr:0.1,calibrat:0.2'],
      /--rerank has "calibrat" \(did you mean calibrate\?\); expected one of mmr, msd, dpp/,
    ],
    ...['mmr:', 'mmr:x', 'mmr:2', 'mmr:-1', 'mmr:0.1:3'].map((text): [string, string[], RegExp] => [
      `the re-ranking ${text}`,
      ['--interactions', 'a', '--model', 'ials', '--rerank', text],
      /--rerank has "mmr.*expected a name and a weight from 0 to 1, such as mmr:0\.3/,
    ]),
    [
      'an empty metric',
      ['--interactions', 'a', '--model', 'ials', '--metrics', 'a,'],
      /empty part/,
    ],
  ];
  for (const [what, argv, message] of wrong) {
    it(`refuses ${what} with code 2 and the cure`, async () => {
      const { code, stdout, stderr } = await inkling(['evaluate', ...argv]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^error: /);
      expect(stderr).toMatch(message);
    });
  }
});
