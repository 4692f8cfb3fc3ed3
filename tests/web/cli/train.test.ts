import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { given, inkling, useDirectory } from './command-line.js';

describe('inkling train', () => {
  const directory = useDirectory();
  const start = (file: string) => ['train', '--interactions', file, '--model', 'ials'];

  it('trains on a file and writes the model file', async () => {
    const file = directory.write('r.csv.gz', gzipSync('user,item,rating\nu,a,5\nv,b,3\n'));
    const out = directory.path('m.safetensors');
    const { code, stdout, stderr } = await inkling([...start(file), '--out', out]);
    expect(code).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe('["a","b"]');
    expect(directory.names()).toEqual(['m.safetensors', 'r.csv.gz']);
    expect(stdout).toMatch(/m\.safetensors: ials for 2 items, 9 bytes/);
    expect(stderr).toContain('r.csv.gz: 2 interactions of 2 users and 2 items');
    expect(stderr).toContain('training ials: 50%\n');
  });

  it('prints one JSON object with --json', async () => {
    const file = directory.write('r.csv', 'u,a,5\nv,b,3\nv,a,3\n');
    const out = directory.path('m');
    const options = ['--out', out, '--json', '--seed', '7'];
    const { stdout } = await inkling([...start(file), ...options]);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ model: 'ials', out, bytes: 9, users: 2, items: 2, interactions: 3 },
      ...{ variant: 'simd', threads: 1, seed: 7 },
    });
  });

  it('passes on settings, seed, items, threads and variant', async () => {
    const file = directory.write('r.csv', 'u,a,5\n');
    const items = directory.write('items.json', '[{"id":"a","title":"A"}]');
    const { code } = await inkling([
      ...[...start(file), '--out', directory.path('m'), '--items', items, '--seed', '3'],
      ...['--set', 'num_factors=64', 'iterations=5', '--threads', '2', '--variant', 'simd-threads'],
    ]);
    expect(code).toBe(0);
    expect(given('load')).toEqual([{ threads: 2, variant: 'simd-threads' }]);
    expect(given('train')[1]).toMatchObject({
      model: 'ials',
      seed: 3,
      settings: { num_factors: 64, iterations: 5 },
      items: [{ id: 'a', title: 'A' }],
    });
  });

  it('takes --set several times and with an equals sign', async () => {
    const file = directory.write('r.csv', 'u,a,5\n');
    const sets = ['--set=num_factors=8', '--set', 'iterations=5'];
    await inkling([...start(file), ...sets, '--out', directory.path('m')]);
    expect(given('train')[1]).toMatchObject({ settings: { num_factors: 8, iterations: 5 } });
  });

  it('reads columns, delimiter, header and smallest value as told', async () => {
    const file = directory.write('r.dat', 'a\tb\tc\n5\tx\tu\n3\ty\tu\n');
    const { code } = await inkling([
      ...[...start(file), '--out', directory.path('m'), '--columns', 'value,item,user'],
      ...['--delimiter', '\\t', '--header', '--min-value', '4'],
    ]);
    expect(code).toBe(0);
    expect(given('train')[0]).toMatchObject({ userIds: ['u'], itemIds: ['x'] });
  });

  it('trains tf_idf on items alone', async () => {
    const items = directory.write('items.json', '[{"id":"a","title":"A"}]');
    const options = ['--items', items, '--out', directory.path('m')];
    const { code } = await inkling(['train', '--model', 'tf_idf', ...options]);
    expect(code).toBe(0);
    expect(given('train')[0]).toBeNull();
  });

  it('leaves an existing model alone when training fails', async () => {
    const file = directory.write('r.csv', 'u,a,5\n');
    const out = directory.write('m', 'old');
    const { code, stderr } = await inkling([...start(file), '--out', out, '--set', 'num_factor=2']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/error: The setting num_factor is not known; expected one of/);
    expect(directory.names()).toEqual(['m', 'r.csv']);
    expect(readFileSync(out, 'utf8')).toBe('old');
  });

  it('leaves nothing behind when the file cannot be put in place', async () => {
    const file = directory.write('r.csv', 'u,a,5\n');
    const missing = directory.path('no/where/m');
    const { code, stderr } = await inkling([...start(file), '--out', missing]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: .*no\/where\/m: there is no directory .*create it first/);
    expect(directory.names()).toEqual(['r.csv']);
  });

  it('stops when it is aborted, with code 130 and without a file', async () => {
    const file = directory.write('r.csv', 'u,a,5\n');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const argv = [...start(file), '--set', 'iterations=1000000', '--out', directory.path('m')];
    const { code, stderr } = await inkling(argv, controller.signal);
    expect(code).toBe(130);
    expect(stderr).toMatch(/error: stopped; nothing was written/);
    expect(directory.names()).toEqual(['r.csv']);
  });

  it('names file and line of a wrong row, with code 1', async () => {
    const file = directory.write('r.csv', 'user,item,rating\nu,a,5\nu,b,x\n');
    const { code, stderr } = await inkling([...start(file), '--out', directory.path('m')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: .*r\.csv, line 3: .*"x".*--columns/);
    expect(directory.names()).toEqual(['r.csv']);
  });

  it('says when a file does not exist, or is a directory', async () => {
    const out = ['--out', directory.path('m')];
    const missing = await inkling([...start(directory.path('no.csv')), ...out]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/error: .*no\.csv: there is no such file.*check the path/);
    const wrong = await inkling([...start(directory.path('.')), ...out]);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/this is a directory; give the path of a file/);
  });
});
