import { expect, inject } from 'vitest';
import { App } from './app-folder.js';
import { testRow, versionOf } from './matrix-row.js';

/** Files for pages and bundlers to fetch, which nobody imports with types. */
const WITHOUT_TYPES = ['worker', 'worker-serving', 'worker-training', '*.wasm'];

testRow(
  {
    where: '@arethetypeswrong/cli',
    version: await versionOf('@arethetypeswrong/cli'),
    checked: 'types of every entry, as an ESM-only package',
  },
  async () => {
    const app = await App.make('types', { modules: { attw: '@arethetypeswrong/cli' } });
    const told = await app.run(
      'attw/dist/index.js',
      ...[inject('tarball'), '--profile', 'esm-only', '--no-emoji', '--no-color'],
      ...['--exclude-entrypoints', ...WITHOUT_TYPES],
    );
    for (const entry of ['inkling', 'inkling/inline', 'inkling/catalog']) {
      expect(told).toMatch(new RegExp(`"${entry}" +│ OK \\(ESM\\) +│ OK `));
    }
  },
);
