import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { BROWSERS } from '../../browser/browser.js';
import { App } from './app-folder.js';
import { testRow, versionOf } from './matrix-row.js';
import { atTheEnd, checkFolder, checkPage, ENGINES } from './page-checks.js';

const PROGRAM = 'vite/bin/vite.js';
/** All build without settings; those below are served without settings too. */
const VERSIONS = ['vite-5', 'vite-6', 'vite-7', 'vite-8'];
const WITHOUT_SETTINGS = ['vite-8'];

const ENGINE_FILES = 9; // three variants; of each one that recommends, one that trains, one that trains all
const WORKER_SCRIPTS = 2;

for (const module of VERSIONS) {
  const version = await versionOf(module);
  const settings = !WITHOUT_SETTINGS.includes(module);

  testRow(
    {
      where: 'Vite, build',
      version,
      checked: 'no settings; strict policy; isolated page and not',
      engine: ENGINES.chromium,
    },
    async () => {
      const app = await App.make(`${module}-build`, { modules: { vite: module } });
      const told = await app.run(PROGRAM, 'build');
      expect(told).not.toMatch(/warn/i);
      const files = await readdir(app.path('dist', 'assets'));
      expect(files.filter((file) => file.endsWith('.wasm'))).toHaveLength(ENGINE_FILES);
      expect(files.filter((file) => /^worker-.*\.js$/.test(file))).toHaveLength(WORKER_SCRIPTS);
      for (const isolated of [false, true]) await checkFolder(app.path('dist'), { isolated });
    },
  );

  testRow(
    {
      where: 'Vite, dev server',
      version,
      checked: `${settings ? 'optimizeDeps.exclude' : 'no settings'}; first load, and again from its cache`,
      engine: ENGINES.chromium,
    },
    async () => {
      const files = settings ? ['vite'] : [];
      const app = await App.make(`${module}-serve`, { files, modules: { vite: module } });
      const server = await app.serve(PROGRAM, '--host', '127.0.0.1');
      atTheEnd(() => server.close());
      await checkPage(`${server.address}index.html`);
      await checkPage(`${server.address}index.html`);
      expect(server.told()).not.toMatch(/warn|error/i);
    },
  );

  testRow(
    {
      where: 'Vite, dev server, inline',
      version,
      checked: 'inkling/inline without settings',
      engine: ENGINES.chromium,
    },
    async () => {
      const app = await App.make(`${module}-inline`, { modules: { vite: module } });
      await app.importFrom('inkling/inline');
      const server = await app.serve(PROGRAM, '--host', '127.0.0.1');
      atTheEnd(() => server.close());
      await checkPage(`${server.address}index.html`, { model: 'ials' });
      expect(server.told()).not.toMatch(/warn|error/i);
    },
  );
}

const newest = VERSIONS.at(-1) as string;
for (const browser of BROWSERS.filter((name) => name !== 'chromium')) {
  testRow(
    {
      where: 'Vite, build',
      version: await versionOf(newest),
      checked: 'no settings; strict policy; isolated page and not',
      engine: ENGINES[browser],
    },
    async () => {
      const app = await App.make(`${newest}-build-${browser}`, { modules: { vite: newest } });
      await app.run(PROGRAM, 'build');
      for (const isolated of [false, true]) {
        await checkFolder(app.path('dist'), { isolated, browser });
      }
    },
  );
}
