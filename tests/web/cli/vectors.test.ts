import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { clusteredInteractions, clusteredItems } from '../clustered-data.js';
import {
  type Matrix,
  npyMatrix,
  randomMatrix,
  safetensors,
  useFolder,
} from '../import/factor-files.js';
import { open } from '../opened-recommender.js';

// With the real engine.

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const files = useFolder();
const CLUSTERS = 6;
const items = clusteredItems(60, CLUSTERS);
const clusterOf = (id: string) => Number(id.slice(1)) % CLUSTERS;

/** Vectors that tell the cluster, beside a direction that all share and noise. */
const matrix: Matrix = randomMatrix(60, 7, 4).map((noise, item) =>
  noise.map((number, n) => 2 + Number(item % CLUSTERS === n) + number / 8),
);
files.write('items.json', JSON.stringify(items));
files.write('ids.txt', items.map(({ id }) => id).join('\n'));
files.write('v.npy', npyMatrix(matrix));
files.write('short.npy', npyMatrix(matrix.slice(0, 59)));
files.write('one.safetensors', safetensors({ embeddings: matrix }));
files.write('two.safetensors', safetensors({ titles: randomMatrix(60, 3), texts: matrix }));
const rows = clusteredInteractions({
  ...{ users: 120, items: 54, clusters: CLUSTERS, perUser: 5, noise: 0.1, seed: 3 },
});
files.write('r.csv', rows.map((row) => `${row.user},${row.item},1,${row.timestamp}`).join('\n'));

function inkling(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: files.folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function json(...args: string[]) {
  const result = inkling(...args, '--json');
  expect(result).toMatchObject({ status: 0, stderr: expect.not.stringContaining('error:') });
  return JSON.parse(result.stdout);
}

const TRAIN = ['train', '--model', 'item_vectors', '--out', 'm.safetensors'];
const ITEMS = ['--items', 'items.json'];
const IDS = ['--vector-ids', 'ids.txt'];

function clustersFor(history: string): number[] {
  const args = ['--model-file', 'm.safetensors', '--history', history, '--k', '8'];
  const { recommendations } = json('recommend', ...args);
  return recommendations.map(({ item }: { item: string }) => clusterOf(item));
}

describe('inkling train --vectors', () => {
  test.each([
    ['a .npy file in the order of the items', ['--vectors', 'v.npy', ...ITEMS]],
    ['a .npy file and ids', ['--vectors', 'v.npy', ...IDS]],
    ['the only tensor of a file', ['--vectors', 'one.safetensors', ...IDS]],
    ['a named tensor', ['--vectors', 'two.safetensors', '--tensor', 'texts', ...IDS]],
    ['fewer bytes', ['--vectors', 'v.npy', ...IDS, '--storage', 'int8']],
    ['logs as well', ['--vectors', 'v.npy', ...IDS, '--interactions', 'r.csv']],
  ])('makes a model of %s', (_, args) => {
    const result = json(...TRAIN, ...args);
    expect(result).toMatchObject({ model: 'item_vectors', items: 60 });
    expect(result.interactions).toBe(args.includes('r.csv') ? rows.length : 0);
    expect(clustersFor('i2,i8')).toEqual(Array(8).fill(2));
    expect(json('inspect', 'm.safetensors')).toMatchObject({
      model: 'item_vectors',
      config: { center: true },
      items: 60,
    });
    const { similar } = json('similar', '--model-file', 'm.safetensors', '--item', 'i58');
    expect(similar[0].source).toBe('item_vectors');
    expect(clusterOf(similar[0].item)).toBe(4);
  });

  test('gives a hybrid one more part', () => {
    const args = ['--interactions', 'r.csv', ...ITEMS, '--vectors', 'v.npy'];
    json('train', '--model', 'hybrid', '--out', 'm.safetensors', ...args);
    const { config } = json('inspect', 'm.safetensors');
    expect(config.members.map(({ model }: { model: string }) => model)).toContain('item_vectors');
    expect(clustersFor('i3,i9').filter((cluster) => cluster === 3).length).toBeGreaterThan(5);
  });

  test('is measured by evaluate, for the model and the baseline', () => {
    const data = ['--interactions', 'r.csv', '--metrics', 'recall@10', '--vectors', 'v.npy'];
    const result = json(
      ...['evaluate', '--model', 'item_vectors', ...data, ...IDS],
      ...['--baseline', 'item_vectors', '--baseline-set', 'center=false'],
    );
    expect(result.items).toBe(60);
    expect(result.metrics['recall@10']).toBeGreaterThan(0.7);
    expect(result.baseline.metrics['recall@10']).toBeGreaterThan(0);
  });

  test.each([
    ['no vectors', [...IDS], 2, /--vectors is missing/],
    ['vectors of nobody knows what', ['--vectors', 'v.npy'], 2, /--vector-ids is missing.*--items/],
    ['another format', ['--vectors', 'ids.txt', ...IDS], 1, /ids\.txt: the ending tells no format/],
    [
      'a tensor of a .npy file',
      ['--vectors', 'v.npy', '--tensor', 'x', ...IDS],
      2,
      /--tensor is for/,
    ],
    [
      'a file with two tensors',
      ['--vectors', 'two.safetensors', ...IDS],
      1,
      /choose by --tensor: titles, texts/,
    ],
    [
      'fewer vectors than items',
      ['--vectors', 'short.npy', ...ITEMS],
      1,
      /items\.json: there are 60 ids and 59 rows/,
    ],
    [
      'fewer vectors than ids',
      ['--vectors', 'short.npy', ...IDS],
      1,
      /ids\.txt: there are 60 ids and 59 rows/,
    ],
    ['a file that is not there', ['--vectors', 'no.npy', ...IDS], 1, /no\.npy: there is no such/],
  ])('refuses %s', (_, args, status, message) => {
    const result = inkling('train', '--model', 'item_vectors', '--out', 'x', ...args);
    expect(result.stderr).toMatch(message);
    expect(result.status).toBe(status);
    expect(files.has('x')).toBe(false);
  });

  test('refuses vectors for models that have no use for them, and options about no vectors', () => {
    const train = ['train', '--interactions', 'r.csv', '--out', 'x', '--model', 'ials'];
    const useless = inkling(...train, '--vectors', 'v.npy', ...IDS);
    expect(useless.stderr).toMatch(/ials cannot learn; expected --model item_vectors or hybrid/);
    expect(useless.status).toBe(2);
    const lost = inkling(...train, ...IDS);
    expect(lost.stderr).toMatch(/--vector-ids is about --vectors, which is not given/);
    expect(lost.status).toBe(2);
  });

  test('reads vectors longer than the factors of a model may be', () => {
    files.write('wide.npy', npyMatrix(randomMatrix(3, 4096)));
    files.write('wider.npy', npyMatrix(randomMatrix(3, 4097)));
    files.write('three.txt', 'a\nb\nc\n');
    const three = ['--vector-ids', 'three.txt'];
    expect(json(...TRAIN, '--vectors', 'wide.npy', ...three)).toMatchObject({ items: 3 });
    const { stderr, status } = inkling(...TRAIN, '--vectors', 'wider.npy', ...three);
    expect(stderr).toMatch(/wider\.npy.*4097 numbers; expected 1 to 4096/);
    expect(status).toBe(1);
  });

  test('takes as long vectors as the core does', async () => {
    files.write('long.npy', npyMatrix([new Array(100_000).fill(1)]));
    files.write('one.txt', 'a\n');
    const { stderr } = inkling(...TRAIN, '--vectors', 'long.npy', '--vector-ids', 'one.txt');
    const recommender = await open();
    const vectors = { ids: ['a'], values: new Float32Array(100_000).fill(1) };
    const refusal: Error = await recommender
      .train([], { model: 'item_vectors', vectors })
      .catch((error) => error);
    const mostOf = (text: string) => /100000 numbers.*; expected 1 to (\d+)/.exec(text)?.[1];
    expect(Number(mostOf(refusal.message))).toBeGreaterThan(0);
    expect(mostOf(stderr)).toBe(mostOf(refusal.message));
  });

  test('says of how many vectors the ids are those of no item, and refuses none that fits', () => {
    const said = (...args: string[]) => inkling('train', '--out', 'm.safetensors', ...args);
    const some = items.map(({ id }, n) => (n < 3 ? `no such ${n}` : id));
    files.write('some.txt', some.join('\n'));
    files.write('none.txt', items.map(({ id }) => `film ${id}`).join('\n'));
    const vectors = ['--vectors', 'v.npy', '--vector-ids'];
    const model = ['--model', 'item_vectors'];
    const few = said(...model, ...ITEMS, ...vectors, 'some.txt');
    expect(few).toMatchObject({ status: 0 });
    expect(few.stderr).toMatch(/v\.npy: 3 of the 60 vectors have an id, such as "no such 0"/);
    for (const others of [ITEMS, ['--interactions', 'r.csv']]) {
      const none = said(...model, ...others, ...vectors, 'none.txt');
      expect(none.status).toBe(1);
      expect(none.stderr).toMatch(/v\.npy: none of the ids of its 60 vectors, such as "film i0"/);
    }
    const measured = ['--interactions', 'r.csv', ...ITEMS, ...vectors, 'none.txt'];
    expect(inkling('evaluate', ...model, ...measured).stderr).toMatch(/none of the ids/);
    // Where nothing else tells what items there are, these are all.
    const alone = said(...model, ...vectors, 'none.txt');
    expect(alone).toMatchObject({ status: 0 });
    expect(alone.stderr).not.toMatch(/have an id|factors/);
  });
});
