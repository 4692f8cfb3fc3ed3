import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { clusteredInteractions, clusteredItems } from '../clustered-data.js';

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'inkling-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const rows = clusteredInteractions({
  users: 120,
  items: 60,
  clusters: 6,
  perUser: 6,
  noise: 0.05,
  seed: 3,
});
writeFileSync(
  at('ratings.csv.gz'),
  gzipSync(
    `userId,movieId,rating,timestamp\n${rows.map((r) => `${r.user},${r.item},${r.value},${r.timestamp}`).join('\n')}\n`,
  ),
);
writeFileSync(at('items.json'), JSON.stringify(clusteredItems(60, 6)));

function inkling(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function json(...args: string[]) {
  const result = inkling(...args, '--json');
  expect(result.stderr).not.toMatch(/error:/);
  expect(result.status).toBe(0);
  return JSON.parse(result.stdout);
}

const TRAIN_IALS = ['train', '--model', 'ials', '--interactions', 'ratings.csv.gz'];
const clusterOf = (id: string) => Number(id.slice(1)) % 6;

describe('the command line with the real engine', () => {
  const SASREC = ['--model', 'sasrec', '--interactions', 'ratings.csv.gz', '--set'];
  const SMALL = ['num_factors=8', 'max_length=8'];
  const trainSasrec = (epochs: number, ...args: string[]) =>
    inkling('train', ...SASREC, ...SMALL, `epochs=${epochs}`, ...args, '--json');

  test('goes on from a checkpoint, also for more epochs, as if there had been no stop', () => {
    const first = trainSasrec(2, '--checkpoint', 'kept', '--out', 'two.safetensors');
    expect(first.status).toBe(0);
    expect(existsSync(at('kept'))).toBe(true);
    const resumed = trainSasrec(5, '--checkpoint', 'kept', '--out', 'resumed.safetensors');
    const whole = trainSasrec(5, '--out', 'whole.safetensors');
    const curveOf = ({ stdout }: typeof first) =>
      JSON.parse(stdout).curve.map(({ epoch, loss }: { epoch: number; loss: number }) => [
        epoch,
        Math.fround(loss),
      ]);
    expect(curveOf(resumed)).toEqual(curveOf(whole));
    expect(curveOf(resumed)).toHaveLength(5);
    const weights = (name: string) => readFileSync(at(name)).subarray(-4000);
    expect(weights('resumed.safetensors').equals(weights('whole.safetensors'))).toBe(true);
  });

  test('says which settings a checkpoint was made with, and leaves it alone', () => {
    const kept = readFileSync(at('kept'));
    const other = trainSasrec(2, 'dropout=0.5', '--checkpoint', 'kept', '--out', 'm.safetensors');
    expect(other.status).toBe(2);
    expect(other.stderr).toMatch(/"dropout":0\.2 where this one is of "dropout":0\.5; begin anew/);
    expect(readFileSync(at('kept')).equals(kept)).toBe(true);
    const same = trainSasrec(2, '--checkpoint', 'm', '--out', './m');
    expect(same.status).toBe(2);
    expect(same.stderr).toMatch(/--checkpoint and --out are the same file/);
  });

  test.skipIf(process.platform === 'win32')(
    'says after Ctrl-C that the checkpoint holds the training',
    async () => {
      const args = ['train', ...SASREC, ...SMALL, 'epochs=100000', 'patience=0'];
      const run = spawn(
        process.execPath,
        [cli, ...args, '--checkpoint', 'stopped', '--out', 'never'],
        {
          cwd: folder,
        },
      );
      let told = '';
      run.stderr.on('data', (text) => {
        const before = told;
        told += text;
        const begun = /epoch \d+:/;
        if (begun.test(told) && !begun.test(before)) run.kill('SIGINT');
      });
      const [code] = await once(run, 'close');
      expect(code).toBe(130);
      expect(told).toMatch(/stopped; stopped holds the training, and the same command goes on/);
      expect(existsSync(at('stopped'))).toBe(true);
      expect(existsSync(at('never'))).toBe(false);
    },
  );

  test('measures a baseline without what is of the model alone', () => {
    const result = json(
      ...['evaluate', ...SASREC, ...SMALL, 'epochs=3', '--person-factors', 'tuned'],
      ...['--baseline', 'popularity', '--metrics', 'ndcg@10'],
    );
    expect(result.curve).toHaveLength(3);
    const refused = inkling('evaluate', ...TRAIN_IALS.slice(1), '--person-factors', 'tuned');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/"tuned" is for sasrec and gru; leave it out for ials/);
  });

  test('says when rows that are sorted by item stand for the order of events', () => {
    const sorted = [...rows].sort((a, b) => (a.item < b.item ? -1 : 1));
    writeFileSync(
      at('sorted.csv'),
      `user,item\n${sorted.map(({ user, item }) => `${user},${item}`).join('\n')}\n`,
    );
    const args = ['--interactions', 'sorted.csv', '--out', 's.safetensors', '--set'];
    const sasrec = inkling('train', '--model', 'sasrec', ...args, ...SMALL, 'epochs=1');
    expect(sasrec.stderr).toMatch(/no timestamps, and the rows are sorted by item: sasrec takes/);
    const ials = inkling('train', '--model', 'ials', ...args, 'num_factors=4');
    expect(ials.stderr).not.toMatch(/sorted by item/);
  });

  test.each([
    ['ials', ['--interactions', 'ratings.csv.gz', '--set', 'num_factors=8', 'iterations=5']],
    ['item_neighbors', ['--interactions', 'ratings.csv.gz']],
    ['tf_idf', ['--items', 'items.json']],
    ['popularity', ['--interactions', 'ratings.csv.gz']],
  ])('trains %s, looks into the file, and recommends from it', (model, args) => {
    const file = `${model}.safetensors`;
    expect(inkling('train', '--model', model, ...args, '--out', file).status).toBe(0);
    const description = json('inspect', file);
    expect(description).toMatchObject({ format_version: 1, model, items: 60 });
    expect(description.bytes).toBe(readFileSync(at(file)).length);

    const { recommendations } = json(
      'recommend',
      '--model-file',
      file,
      '--history',
      'i4,i10',
      '--k',
      '5',
    );
    expect(recommendations).toHaveLength(5);
    if (model === 'popularity') return;
    expect(recommendations.map((entry: { item: string }) => clusterOf(entry.item))).toEqual([
      4, 4, 4, 4, 4,
    ]);
    expect(recommendations[0].source).toBe(model);
    const { similar } = json('similar', '--model-file', file, '--item', 'i4', '--k', '3');
    expect(similar.map((entry: { item: string }) => clusterOf(entry.item))).toEqual([4, 4, 4]);
  });

  test.each([
    ['f16', 2, 0.66],
    ['int8', 2, 0.45],
    ['f32', 1, 1],
  ])('stores factors as %s, and says so', (storage, version, share) => {
    const train = [...TRAIN_IALS, '--set', 'num_factors=32'];
    expect(inkling(...train, '--out', 'whole.safetensors').status).toBe(0);
    const small = `${storage}.safetensors`;
    expect(inkling(...train, '--storage', storage, '--out', small).status).toBe(0);
    const [whole, stored] = [json('inspect', 'whole.safetensors'), json('inspect', small)];
    expect(stored).toMatchObject({ format_version: version, items: 60 });
    expect(stored.bytes).toBeLessThanOrEqual(share * whole.bytes);
    const [before, after] = ['whole.safetensors', small].map((file) => {
      const args = ['--model-file', file, '--history', 'i2,i8', '--k', '10'];
      const { recommendations } = json('recommend', ...args);
      return recommendations.map(({ item }: { item: string }) => item);
    });
    expect(after).toHaveLength(10);
    const kept = after.filter((item: string) => before.includes(item));
    expect(kept.length).toBeGreaterThanOrEqual(storage === 'f32' ? 10 : 8);
  });

  test('refuses a storage that there is none of, and writes nothing', () => {
    const { status, stderr } = inkling(
      ...TRAIN_IALS,
      '--storage',
      'f8',
      '--out',
      'none.safetensors',
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/f8.*f32.*f16.*int8/s);
    expect(existsSync(at('none.safetensors'))).toBe(false);
  });

  test('is a safetensors file that others can read', () => {
    inkling(...TRAIN_IALS, '--set', 'num_factors=8', '--out', 'a.safetensors');
    const bytes = readFileSync(at('a.safetensors'));
    const headerLength = Number(bytes.readBigUInt64LE(0));
    expect((8 + headerLength) % 8).toBe(0);
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength));
    expect(header.item_factors).toMatchObject({ dtype: 'F32', shape: [60, 8] });
    expect(JSON.parse(header.__metadata__.config)).toMatchObject({
      num_factors: 8,
      iterations: 12,
    });
    const ids = header['item_ids.bytes'].data_offsets.map(
      (offset: number) => 8 + headerLength + offset,
    );
    expect(bytes.toString('utf8', ids[0], ids[1]).startsWith(rows[0]?.item as string)).toBe(true);
  });

  test.each(['leave-one-out', 'random', 'temporal', 'users'])(
    'evaluates on a %s split',
    (split) => {
      const result = json(
        'evaluate',
        '--interactions',
        'ratings.csv.gz',
        '--split',
        split,
        '--model',
        'item_neighbors',
        '--metrics',
        'recall@10,hit_rate@10,ndcg@10',
        '--seed',
        '4',
        '--threads',
        '1',
      );
      expect(result).toMatchObject({
        model: 'item_neighbors',
        items: 60,
        threads: 1,
        seed: 4,
        variant: 'simd',
      });
      expect(result.metrics['hit_rate@10']).toBeGreaterThan(0.5);
      expect(result.seconds.train).toBeGreaterThan(0);
      expect(result.peak_memory_bytes).toBeGreaterThan(0);
    },
  );

  test('compares two models and shows how sure the difference is', () => {
    const args = [
      ...['evaluate', '--interactions', 'ratings.csv.gz', '--split', 'temporal', '--seed', '4'],
      ...['--model', 'item_neighbors', '--baseline', 'popularity', '--metrics', 'ndcg@10,gini@10'],
    ];
    const result = json(...args);
    const { mean, low, high, p } = result.differences['ndcg@10'];
    expect(mean).toBeCloseTo(result.metrics['ndcg@10'] - result.baseline.metrics['ndcg@10'], 12);
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
    expect(p).toBeLessThan(0.01);
    expect(Object.keys(result.intervals)).toEqual(['ndcg@10']);
    const { stdout } = inkling(...args);
    expect(stdout).toMatch(/^model +item_neighbors +popularity +difference +p$/m);
    expect(stdout).toMatch(
      /^ndcg@10 +0\.\d{4} \[0\.\d{3}, \d\.\d{3}\] +0\.\d{4} \[.*\] +\+0\.\d{4} \[.*\] +0\.\d{4}$/m,
    );
  });

  test('measures what lists are about, and lists that are re-ranked', () => {
    const args = [
      ...['evaluate', '--interactions', 'ratings.csv.gz', '--model', 'item_neighbors'],
      ...['--metrics', 'intra_list_distance@5,calibration_kl@5', '--items', 'items.json'],
      ...['--baseline', 'item_neighbors', '--rerank', 'mmr:0.5'],
    ];
    const { metrics, baseline } = json(...args);
    const name = 'intra_list_distance@5';
    expect(metrics[name]).toBeGreaterThan(baseline.metrics[name] + 0.1);
    const other = inkling(...args, '--topics', 'mood');
    expect(other.status).toBe(2);
    expect(other.stderr).toMatch(/error: intra_list_distance@5 .*"mood".*--topics/);
  });

  test('says which items of a history it does not know, and stops when it knows none', () => {
    inkling(
      'train',
      '--model',
      'popularity',
      '--interactions',
      'ratings.csv.gz',
      '--out',
      'p.safetensors',
    );
    const some = inkling('recommend', '--model-file', 'p.safetensors', '--history', 'i1,nobody');
    expect(some.status).toBe(0);
    expect(some.stderr).toContain('1 of 2 items of --history are not known: "nobody"');
    const none = inkling('recommend', '--model-file', 'p.safetensors', '--history', 'nobody');
    expect(none.status).toBe(1);
    expect(none.stderr).toMatch(/error: .*"nobody".*Give ids/);
  });

  test.each([
    [
      'an unknown setting',
      [
        'train',
        '--model',
        'ials',
        '--interactions',
        'ratings.csv.gz',
        '--set',
        'factors=8',
        '--out',
        'x',
      ],
      2,
      /known are num_factors/,
    ],
    [
      'an unknown metric',
      ['evaluate', '--interactions', 'ratings.csv.gz', '--metrics', 'recal@5', '--model', 'ials'],
      2,
      /known are recall@k/,
    ],
    ['a file that is no model', ['inspect', 'items.json'], 1, /not a model file/],
    [
      'a model that needs what is not given',
      ['train', '--model', 'tf_idf', '--interactions', 'ratings.csv.gz', '--out', 'x'],
      2,
      /give a catalogue|--items/,
    ],
  ])('refuses %s and leaves no file', (_, args, status, message) => {
    const result = inkling(...args);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toMatch(/^error: /m);
    expect(result.status).toBe(status);
    expect(existsSync(at('x'))).toBe(false);
  });
});
