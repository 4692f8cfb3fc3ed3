import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import type { InteractionEvent, Recommendation } from '../../../web/types.js';
import { clusteredInteractions } from '../clustered-data.js';
import {
  type Matrix,
  madeByNumPy,
  npyMatrix,
  npyNumber,
  openDuckDb,
  randomMatrix,
  safetensors,
  useFolder,
  writeSparkModel,
} from '../import/factor-files.js';
import { Recommender } from '../package-under-test.js';

// With the real engine, and Parquet files by DuckDB.

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const files = useFolder();
const sql = await openDuckDb();
const ITEMS = 60;
const IDS = Array.from({ length: ITEMS }, (_, i) => `film-${i}`);

function inkling(...args: string[]) {
  const options = { cwd: files.folder, encoding: 'utf8' } as const;
  const engine = args[0] === 'inspect' ? [] : ['--variant', 'simd'];
  const argv = [cli, ...args, ...engine];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, options);
  return { status, stdout, stderr };
}

/** Runs a command that must succeed. */
function json(...args: string[]) {
  const result = inkling(...args, '--json');
  expect(result).toMatchObject({ status: 0, stderr: expect.not.stringContaining('error:') });
  return JSON.parse(result.stdout);
}

/** A tensor of a model file. */
function tensor(file: string, name: string): Float32Array {
  const bytes = files.read(file);
  const data = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, data));
  const [begin, end] = header[name].data_offsets as [number, number];
  return new Float32Array(new Uint8Array(bytes.subarray(data + begin, data + end)).buffer);
}

const like = (item: string): InteractionEvent => ({ item, type: 'like' });

/** What a person with these events gets from a model file. */
async function recommended(file: string, events: InteractionEvent[]): Promise<Recommendation[]> {
  const model = new Uint8Array(files.read(file));
  await using recommender = await Recommender.open({ model, storage: 'memory', variant: 'simd' });
  await recommender.record(events);
  return recommender.recommend({ k: ITEMS });
}

describe('what was exported from our own model', () => {
  const SETTINGS = { regularization: 0.02, unobserved_weight: 0.3 };
  const HISTORIES = [
    [like('film-4')],
    [like('film-0'), like('film-13'), like('film-27'), like('film-45')],
    [like('film-8'), { item: 'film-9', type: 'dislike' }, { item: 'film-14', type: 'view' }],
  ] satisfies InteractionEvent[][];
  const TRAINED_WITH = [
    ...['--trained-with', 'inkling', '--regularization', '0.02', '--unobserved-weight', '0.3'],
    ...['--item-counts', 'counts.csv'],
  ];
  let matrix: Matrix = [];
  let expected: Recommendation[][] = [];

  beforeAll(async () => {
    const rows = clusteredInteractions({
      users: 150,
      items: ITEMS,
      clusters: 6,
      perUser: 6,
      noise: 0.1,
      seed: 3,
    });
    const film = (item: string) => IDS[Number(item.slice(1))];
    const lines = rows.map(({ user, item }) => `${user},${film(item)}`);
    // Someone has met every film, in order: so the model's items are in the order of IDS.
    files.write('log.csv', ['user,item', ...IDS.map((id) => `all,${id}`), ...lines].join('\n'));
    json(
      ...['train', '--interactions', 'log.csv', '--model', 'ials', '--out', 'own.safetensors'],
      ...['--set', 'num_factors=9', 'iterations=4'],
      ...Object.entries(SETTINGS).map(([name, value]) => `${name}=${value}`),
    );
    const factors = [...tensor('own.safetensors', 'item_factors')];
    matrix = IDS.map((_, i) => factors.slice(i * 9, i * 9 + 9));
    const counts = tensor('own.safetensors', 'item_counts');
    files.write('counts.csv', ['id,count', ...IDS.map((id, i) => `${id},${counts[i]}`)].join('\n'));
    files.write('ids.txt', IDS.join('\n'));
    expected = await Promise.all(HISTORIES.map((events) => recommended('own.safetensors', events)));
    expect(expected[0]).toHaveLength(ITEMS - 1);
    expect(expected[0]?.[0]?.source).toBe('ials');
  });

  const same = async (file: string) => {
    for (const name of ['item_factors', 'item_counts', 'fold_in']) {
      expect(tensor(file, name)).toEqual(tensor('own.safetensors', name));
    }
    for (const [n, events] of HISTORIES.entries()) {
      expect(await recommended(file, events)).toEqual(expected[n]);
    }
  };

  test.each([
    ['item.npy', () => npyMatrix(matrix), []],
    ['item.npz', () => zipSync({ 'item_factors.npy': npyMatrix(matrix) }), []],
    ['item.safetensors', () => safetensors({ a: matrix, b: matrix.slice(1) }), ['--tensor', 'a']],
  ])('comes back as %s with the very same lists', async (name, content, more) => {
    files.write(name, content());
    const out = `${name}.model`;
    const result = json(
      ...['import', '--item-factors', name, '--item-ids', 'ids.txt', '--out', out],
      ...TRAINED_WITH,
      ...more,
    );
    expect(result).toMatchObject({
      model: 'ials',
      items: ITEMS,
      num_factors: 9,
      trained_with: 'inkling',
      bytes: files.read(out).length,
      ...SETTINGS,
    });
    await same(out);
  });

  test.skipIf(sql === null)(
    "comes back as a folder of Spark's with the very same lists, ids by number",
    async () => {
      await writeSparkModel(sql as NonNullable<typeof sql>, files.write, 'spark', matrix);
      files.write('labels.json', JSON.stringify(IDS));
      files.write(
        'index.csv',
        IDS.map((id, i) => `${i},${id}`)
          .reverse()
          .join('\n'),
      );
      for (const [folder, ids, ...more] of [
        ['spark', 'labels.json'],
        ['spark/itemFactors', 'index.csv', '--columns', 'index,id'],
      ] as [string, string, ...string[]][]) {
        json(
          ...['import', '--item-factors', folder, '--item-ids', ids, '--out', 'spark.model'],
          ...TRAINED_WITH,
          ...more,
        );
        await same('spark.model');
      }
    },
  );

  test('is described by inspect, and knows similar items', () => {
    files.write('item.npy', npyMatrix(matrix));
    json(
      ...['import', '--item-factors', 'item.npy', '--item-ids', 'ids.txt', '--out', 'i.model'],
      ...TRAINED_WITH,
    );
    expect(json('inspect', 'i.model').config).toEqual({
      num_factors: 9,
      trained_with: 'inkling',
      alpha: 1,
      ...SETTINGS,
    });
    const [own, imported] = ['own.safetensors', 'i.model'].map((file) =>
      json('similar', '--model-file', file, '--item', 'film-3'),
    );
    expect(imported.similar).toEqual(own.similar);
  });
});

/** x of A x = b, by elimination with pivots. */
function solve(A: Matrix, b: number[]): number[] {
  const rows = A.map((row, i) => [...row, b[i] as number]);
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (Math.abs(at(row, column)) > Math.abs(at(best, column)) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = at(row, column) / at(pivot, column);
      for (let j = column; j <= rows.length; j++) row[j] = at(row, j) - factor * at(pivot, j);
    }
  }
  return rows.map((row, i) => at(row, rows.length) / at(row, i));
}

const at = (row: readonly number[], index: number) => row[index] as number;
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * at(b, i), 0);

describe('what others trained', () => {
  const HISTORY: InteractionEvent[] = [
    like('film-3'),
    { item: 'film-11', type: 'purchase' },
    { item: 'film-20', type: 'view' },
    { item: 'film-31', type: 'dislike' },
  ];
  const WEIGHTS: Record<string, number> = {
    'film-3': 1,
    'film-11': 1.2,
    'film-20': 0.25,
    'film-31': -1,
  };
  const entries = Object.entries(WEIGHTS).map(([id, weight]) => ({
    row: IDS.indexOf(id),
    weight,
  }));

  /** Scores by the linear equation that the library's own code solves for a user. */
  function scores(
    matrix: Matrix,
    ridge: number,
    terms: (weight: number) => { added: number; pull: number },
  ): number[] {
    const k = matrix[0]?.length ?? 0;
    const A: Matrix = Array.from({ length: k }, (_, i) =>
      Array.from({ length: k }, (_, j) => (i === j ? ridge : 0)),
    );
    const b = new Array<number>(k).fill(0);
    const add = (y: readonly number[], weight: number) => {
      for (let i = 0; i < k; i++) {
        for (let j = 0; j < k; j++)
          (A[i] as number[])[j] = at(A[i] as number[], j) + weight * at(y, i) * at(y, j);
      }
    };
    for (const y of matrix) add(y, 1);
    for (const { row, weight } of entries) {
      const y = matrix[row] as number[];
      const { added, pull } = terms(weight);
      add(y, added);
      for (let i = 0; i < k; i++) b[i] = at(b, i) + pull * at(y, i);
    }
    const x = solve(A, b);
    return matrix.map((y) => dot(x, y));
  }

  async function expectScores(file: string, wanted: number[]): Promise<void> {
    // What is not above 0 is filled up by popularity.
    const list = (await recommended(file, HISTORY)).filter(({ source }) => source === 'ials');
    const size = Math.max(...wanted.map(Math.abs));
    expect(list.length).toBeGreaterThan(10);
    const inOrder = wanted
      .map((score, row) => ({ id: IDS[row] as string, score }))
      .filter(({ id, score }) => WEIGHTS[id] === undefined && score > 0)
      .sort((a, b) => b.score - a.score);
    expect(list.map(({ item }) => item)).toEqual(inOrder.map(({ id }) => id));
    for (const { item, score, reasons } of list) {
      const expected = wanted[IDS.indexOf(item)] as number;
      expect(Math.abs(score - expected)).toBeLessThan(1e-4 * size);
      const sum = reasons.reduce((total, { contribution }) => total + contribution, 0);
      expect(Math.abs(sum - score)).toBeLessThan(1e-3 * size);
    }
  }

  const matrix = randomMatrix(ITEMS, 5, 11);
  beforeAll(() => files.write('ids.txt', IDS.join('\n')));

  test.skipIf(sql === null)('with Spark is folded in as Spark does it', async () => {
    const idOf = (row: number) => 1000 + 2 * row;
    await writeSparkModel(sql as NonNullable<typeof sql>, files.write, 'als', matrix, { idOf });
    files.write('map.csv', ['index,id', ...IDS.map((id, i) => `${idOf(i)},${id}`)].join('\n'));
    const problem = ['--trained-with', 'spark', '--regularization', '0.1', '--alpha', '40'];
    json(
      'import',
      '--item-factors',
      'als',
      '--item-ids',
      'map.csv',
      '--out',
      'als.model',
      ...problem,
    );
    const wanted = scores(matrix, 0.1 * 3, (weight) => ({
      added: 40 * Math.abs(weight),
      pull: weight > 0 ? 1 + 40 * weight : 0,
    }));
    await expectScores('als.model', wanted);
    // Without a file of ids, the numbers are the ids.
    json('import', '--item-factors', 'als', '--out', 'numbers.model', ...problem);
    const list = await recommended(
      'numbers.model',
      HISTORY.map((event) => ({
        ...event,
        item: String(idOf(IDS.indexOf(event.item))),
      })),
    );
    const named = await recommended('als.model', HISTORY);
    expect(list.map(({ item }) => item)).toEqual(
      named.map(({ item }) => String(idOf(IDS.indexOf(item)))),
    );
  });

  test('with implicit is folded in as implicit does it, its numbers read from the file', async () => {
    const arrays = {
      'item_factors.npy': npyMatrix(matrix),
      'user_factors.npy': npyMatrix(randomMatrix(4, 5)),
      'regularization.npy': npyNumber(0.05),
      'alpha.npy': npyNumber(15),
    };
    files.write('als.npz', zipSync(arrays));
    const args = ['import', '--item-factors', 'als.npz', '--item-ids', 'ids.txt'];
    const result = json(...args, '--out', 'implicit.model');
    expect(result).toMatchObject({ trained_with: 'implicit', regularization: 0.05, alpha: 15 });
    const wanted = scores(matrix, 0.05, (weight) => ({
      added: 15 * Math.abs(weight) - 1,
      pull: weight > 0 ? 15 * weight : 0,
    }));
    await expectScores('implicit.model', wanted);
    expect(files.read('implicit.model').includes('user_factors')).toBe(false);

    const other = inkling(...args, '--alpha', '40', '--out', 'x');
    expect(other).toMatchObject({ status: 2, stdout: '' });
    expect(other.stderr).toMatch(/--alpha is 40, but als\.npz says 15; leave it out/);
    const numpys = ['import', '--item-factors', madeByNumPy('implicit.npz')];
    files.write('seven.json', JSON.stringify(IDS.slice(0, 7)));
    const read = json(...numpys, '--item-ids', 'seven.json', '--out', 'numpys.model');
    expect(read).toMatchObject({ items: 7, num_factors: 3, regularization: 0.05, alpha: 40 });
    expect(tensor('numpys.model', 'item_factors')).toHaveLength(21);
    expect(files.has('x')).toBe(false);
  });

  test('is refused when nobody could be folded in', () => {
    files.write(
      'one.npy',
      npyMatrix(
        randomMatrix(ITEMS, 1, 5).map(([x]) => new Array(6).fill(Math.fround((x as number) * 3e5))),
      ),
    );
    const { status, stdout, stderr } = inkling(
      ...['import', '--item-factors', 'one.npy', '--item-ids', 'ids.txt', '--out', 'one.model'],
      ...['--trained-with', 'implicit', '--regularization', '0.000001', '--alpha', '1'],
    );
    expect(stderr).toMatch(/error: one\.npy: nobody can be folded in.* 0\.000001; train with/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(files.has('one.model')).toBe(false);
  });

  test('lacks popularity unless counts are given, and says how many have none', () => {
    files.write('item.npy', npyMatrix(matrix));
    files.write('some.csv', 'id,count\nfilm-2,5\nfilm-1,3\nunknown,9\n');
    const args = [
      ...['import', '--item-factors', 'item.npy', '--item-ids', 'ids.txt', '--out', 'c.model'],
      ...['--trained-with', 'spark', '--regularization', '0.1', '--alpha', '1'],
    ];
    json(...args);
    expect(tensor('c.model', 'item_counts')).toEqual(new Float32Array(ITEMS));
    const { status, stderr } = inkling(...args, '--item-counts', 'some.csv');
    expect(status).toBe(0);
    expect(stderr).toContain('58 items have no count, such as film-0; taken for 0');
    expect([...tensor('c.model', 'item_counts').slice(0, 4)]).toEqual([0, 3, 5, 0]);
    files.write('strangers.csv', 'id,count\nunknown,9\n');
    const none = inkling(...args, '--item-counts', 'strangers.csv');
    expect(none.status).toBe(1);
    expect(none.stderr).toMatch(/no item of the factors has a count; ids are "film-0"/);
  });
});
