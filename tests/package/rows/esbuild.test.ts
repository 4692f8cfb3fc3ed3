import { cp, readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { App } from './app-folder.js';
import { testRow, versionOf } from './matrix-row.js';
import { checkFolder, ENGINES } from './page-checks.js';

const PROGRAM = 'esbuild/bin/esbuild';
const modules = { esbuild: 'esbuild' };
const version = await versionOf('esbuild');
const engine = ENGINES.chromium;

testRow(
  {
    where: 'esbuild',
    version,
    checked: 'files copied beside the bundle; isolated page and not',
    engine,
  },
  async () => {
    const app = await App.make('esbuild-copied', { modules });
    await app.run(
      PROGRAM,
      'main.js',
      '--bundle',
      '--format=esm',
      '--outdir=output',
      '--log-level=error',
    );
    await app.copyPackage('output', (file) => /^(worker.*\.js|.*\.wasm)$/.test(file));
    await cp(app.path('index.html'), app.path('output', 'index.html'));
    for (const isolated of [false, true]) await checkFolder(app.path('output'), { isolated });
  },
);

testRow(
  { where: 'esbuild, inline', version, checked: 'inkling/inline; nothing to copy', engine },
  async () => {
    const app = await App.make('esbuild-inline', { modules });
    await app.importFrom('inkling/inline');
    await app.run(
      PROGRAM,
      'main.js',
      '--bundle',
      '--format=esm',
      '--outdir=output',
      '--log-level=error',
    );
    expect(await readdir(app.path('output'))).toEqual(['main.js']);
    await cp(app.path('index.html'), app.path('output', 'index.html'));
    const morePolicy = ' blob:'; // of worker-src, the last directive of the strict policy
    await checkFolder(app.path('output'), { model: 'ials', morePolicy });
  },
);
