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

  it('prints an aligned table without --json', async () => {
    const { stdout } = await inkling(['evaluate', ...parts(), '--metrics', 'recall@20']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^model +ials$/);
    expect(lines[1]).toMatch(/^recall@20 +0\.2500$/);
    expect(lines[2]).toMatch(/^train +1\.50 s$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
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
    ['no model', ['--interactions', 'a'], /--model is missing/],
    [
      'an unknown model',
      ['--interactions', 'a', '--model', 'iasl'],
      /did you mean ials.*popularity/,
    ],
    [
      'a model that does not exist yet',
      ['--interactions', 'a', '--model', 'auto'],
      /expected one of/,
    ],
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
