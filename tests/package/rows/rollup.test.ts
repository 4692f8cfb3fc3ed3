import { cp, readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { App } from './app-folder.js';
import { testRow, versionOf } from './matrix-row.js';
import { checkFolder, ENGINES } from './page-checks.js';

const PROGRAM = 'rollup/dist/bin/rollup';
const RESOLVE = '@rollup/plugin-node-resolve';
const ASSETS = '@web/rollup-plugin-import-meta-assets';
const version = await versionOf('rollup');
const engine = ENGINES.chromium;

testRow(
  { where: 'Rollup', version, checked: `${RESOLVE} and ${ASSETS}; isolated page and not`, engine },
  async () => {
    const modules = { rollup: 'rollup', [RESOLVE]: RESOLVE, [ASSETS]: ASSETS };
    const app = await App.make('rollup-assets', { files: ['rollup'], modules });
    await app.run(PROGRAM, '--config', '--failAfterWarnings');
    const files = await readdir(app.path('output', 'assets'));
    expect(files.filter((file) => file.endsWith('.wasm'))).toHaveLength(9);
    expect(files.filter((file) => file.endsWith('.js'))).toHaveLength(2);
    await cp(app.path('index.html'), app.path('output', 'index.html'));
    for (const isolated of [false, true]) await checkFolder(app.path('output'), { isolated });
  },
);

const WITHOUT_ASSETS = ['--plugin', RESOLVE, '--input', 'main.js', '--failAfterWarnings'];

testRow(
  { where: 'Rollup', version, checked: `${RESOLVE}; files copied beside the bundle`, engine },
  async () => {
    const app = await App.make('rollup-copied', {
      modules: { rollup: 'rollup', [RESOLVE]: RESOLVE },
    });
    await app.run(PROGRAM, ...WITHOUT_ASSETS, '--dir', 'output');
    await app.copyPackage('output', (file) => /^(worker.*\.js|.*\.wasm)$/.test(file));
    await cp(app.path('index.html'), app.path('output', 'index.html'));
    for (const isolated of [false, true]) await checkFolder(app.path('output'), { isolated });
  },
);

testRow(
  { where: 'Rollup, inline', version, checked: `inkling/inline; ${RESOLVE}`, engine },
  async () => {
    const app = await App.make('rollup-inline', {
      modules: { rollup: 'rollup', [RESOLVE]: RESOLVE },
    });
    await app.importFrom('inkling/inline');
    await app.run(PROGRAM, ...WITHOUT_ASSETS, '--dir', 'output');
    expect(await readdir(app.path('output'))).toEqual(['main.js']);
    await cp(app.path('index.html'), app.path('output', 'index.html'));
    const morePolicy = ' blob:'; // of worker-src, the last directive of the strict policy
    await checkFolder(app.path('output'), { model: 'ials', morePolicy });
  },
);
