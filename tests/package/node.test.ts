import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { runProgram, runWell } from './run-program.js';

const app = inject('app');
const node = (...args: string[]) => runProgram(process.execPath, args, { cwd: app });

test('a script trains, recommends, and ends by itself after close()', async () => {
  const { code, stdout, stderr } = await node('recommend.mjs');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const { version } = JSON.parse(
    await readFile(join(app, 'node_modules', 'inkling', 'package.json'), 'utf8'),
  ) as { version: string };
  const told = JSON.parse(stdout) as {
    cold: { source: string }[];
    trained: { item: string; source: string }[];
  };
  expect(told).toMatchObject({ model: 'ials', storage: { kind: 'memory' }, version });
  expect(told.cold.map(({ source }) => source)).toEqual(Array(3).fill('popularity'));
  expect(told.trained).toHaveLength(5);
  expect(told.trained[0]?.source).toBe('ials');
  expect(told.trained.map(({ item }) => item)).not.toContain('i0');
});

test.each([
  ['the package', ['inkling', 'inkling/catalog'], ['Recommender', 'readInteractions']],
  [
    'its audit',
    ['inkling/audit', 'dist/audit.js'],
    ['exposureReport', 'exploredChoices', 'shownLists'],
  ],
  ['its sentences', ['inkling/sentences', 'dist/sentences.js'], ['sentence', 'phrase']],
  [
    "the browser's build, as a server that renders pages may load it",
    ['dist/index.js', 'dist/catalog.js', 'dist/worker.js'],
    ['Recommender', 'readInteractions'],
  ],
  [
    'the single file for pages',
    ['dist/inline.js', 'inkling/inline'],
    ['Recommender', 'Recommender'],
  ],
])('importing %s does nothing', async (_, names, expected) => {
  const modules = names.map((name) =>
    name.startsWith('dist/')
      ? pathToFileURL(join(app, 'node_modules', 'inkling', name)).href
      : name,
  );
  // The worker's script runs in workers only.
  const importable = modules.filter((name) => !name.endsWith('worker.js'));
  const { code, stdout, stderr } = await node('side-effects.mjs', ...importable);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const done = JSON.parse(stdout) as { modules: string[][] };
  expect(done).toMatchObject({ added: [], listeners: true, prototypes: true, handles: [] });
  expect(done.modules.map((exported, n) => exported.includes(expected[n] ?? ''))).toEqual([
    true,
    true,
  ]);
});

test('where there are no workers, opening says what is missing', async () => {
  const build = pathToFileURL(join(app, 'node_modules', 'inkling', 'dist', 'index.js')).href;
  const code = `
    const { Recommender } = await import(${JSON.stringify(build)});
    const error = await Recommender.open({ storage: 'memory' }).catch((thrown) => thrown);
    console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message }));
  `;
  const { stdout } = await node('--input-type=module', '--eval', code);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'InklingError' });
});

test('a script given on the command line opens one too: what is said of it is not for the worker', async () => {
  const code = `
    import { Recommender } from 'inkling';
    const recommender = await Recommender.open({ catalog: [{ id: 'a' }] });
    console.log((await recommender.recommend()).map(({ item }) => item).join());
    await recommender.close();
  `;
  expect(await node('--input-type=module', '--eval', code)).toEqual({
    code: 0,
    stdout: 'a\n',
    stderr: '',
  });
});

test('the files that bundlers may have to move can be found by name', () => {
  const { resolve } = createRequire(join(app, 'package.json'));
  const folder = join(app, 'node_modules', 'inkling', 'dist');
  expect(resolve('inkling/worker')).toBe(join(folder, 'worker.js'));
  expect(resolve('inkling/inkling-simd.wasm')).toBe(join(folder, 'inkling-simd.wasm'));
  expect(resolve('inkling/package.json')).toBe(join(folder, '..', 'package.json'));
  expect(() => resolve('inkling/dist/worker.js')).toThrow(/not defined by "exports"/);
});

describe('npx inkling', () => {
  const inkling = (...args: string[]) => runProgram('npx', ['inkling', ...args], { cwd: app });

  beforeAll(async () => {
    const rows = Array.from({ length: 600 }, (_, row) => {
      const user = row % 60;
      return `u${user},i${(user % 3) + 3 * ((row * 7) % 13)}`;
    });
    await writeFile(join(app, 'choices.csv'), `user,item\n${rows.join('\n')}\n`);
  });

  test('--help names the commands', async () => {
    const { code, stdout } = await inkling('--help');
    expect(code).toBe(0);
    for (const command of ['train', 'evaluate', 'recommend', 'similar', 'inspect']) {
      expect(stdout).toContain(command);
    }
  });

  test('evaluate measures a small file', async () => {
    const { code, stdout } = await inkling(
      ...['evaluate', '--interactions', 'choices.csv', '--split', 'random'],
      ...['--model', 'ials', '--set', 'num_factors=8', '--json'],
    );
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as { metrics: Record<string, number> };
    expect(result).toMatchObject({ model: 'ials', users: 60, items: 39 });
    expect(result.metrics['recall@20']).toBeGreaterThan(0.5);
  });

  test('train writes a model that recommend and inspect read', async () => {
    const train = ['train', '--interactions', 'choices.csv', '--model', 'item_neighbors'];
    await runWell('npx', ['inkling', ...train, '--out', 'm.safetensors'], { cwd: app });
    const inspected = await inkling('inspect', 'm.safetensors');
    expect(inspected.stdout).toContain('item_neighbors');
    const { stdout } = await inkling(
      ...['recommend', '--model-file', 'm.safetensors', '--history', 'i0,i3', '--k', '4', '--json'],
    );
    expect(stdout).toMatch(/"item": ?"i\d+"/);
    expect(stdout).not.toMatch(/"item": ?"i(0|3)",\s*"score"/);
  });

  test('a mistake ends with a message and not with a stack', async () => {
    const { code, stderr, stdout } = await inkling(
      ...['evaluate', '--interactions', 'missing.csv', '--split', 'random', '--model', 'ials'],
    );
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/error: .*missing\.csv/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
