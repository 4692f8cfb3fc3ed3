import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { BROWSERS } from '../../browser/browser.js';
import { STRICT_POLICY, StaticServer } from '../../browser/server.js';
import { serveApp, visit } from '../visited-page.js';
import { App } from './app-folder.js';
import { testRow, versionOf } from './matrix-row.js';
import { atTheEnd, browserOf, checkFolder, checkPage, ENGINES } from './page-checks.js';

/** The least that it works under. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:";
const THREADS_NEVER = { model: 'ials', threads: false } as const;

async function inlinePage(name: string, place = './inline.js'): Promise<App> {
  const app = await App.make(name);
  await app.copyPackage('.', (file) => file === 'inline.js');
  await app.importFrom(place);
  return app;
}

for (const browser of BROWSERS) {
  testRow(
    {
      where: 'inkling/inline, plain page',
      checked: 'policy with worker-src blob:; isolated page and not; no other file is fetched',
      engine: ENGINES[browser],
    },
    async () => {
      const app = await inlinePage(`inline-${browser}`);
      for (const isolated of [false, true]) {
        const options = { isolated, browser, policy: POLICY, ...THREADS_NEVER };
        const paths = await checkFolder(app.folder, options);
        expect(paths.filter((path) => path !== '/favicon.ico').sort()).toEqual([
          '/index.html',
          '/inline.js',
          '/main.js',
          '/problems.js',
        ]);
      }
    },
  );

  testRow(
    {
      where: 'inkling/inline, refused',
      checked: 'a policy without blob: gives an error that names it',
      engine: ENGINES[browser],
    },
    async () => {
      const app = await inlinePage(`refused-${browser}`);
      const site = await serveApp(app.folder, { policy: STRICT_POLICY });
      atTheEnd(() => site.close());
      const { result } = await visit(await browserOf(browser), `${site.origin}/index.html`);
      expect(result).toEqual({ error: expect.stringMatching(/InklingError.*worker-src blob:/) });
    },
  );

  testRow(
    {
      where: 'inkling/inline, one HTML file',
      version: await versionOf('esbuild'),
      checked: 'app and package in a classic script of a page opened from disk',
      engine: ENGINES[browser],
    },
    async () => {
      const app = await App.make(`one-file-${browser}`, { modules: { esbuild: 'esbuild' } });
      await app.importFrom('inkling/inline');
      const options = ['--bundle', '--minify', '--outfile=bundle.js', '--log-level=error'];
      await app.run('esbuild/bin/esbuild', 'main.js', ...options);
      const script = await readFile(app.path('bundle.js'), 'utf8');
      expect(script).not.toMatch(/<\/script|<!--/i);
      await app.write(
        'page.html',
        `<!doctype html><meta charset="utf-8"><title>An app</title><body><script>${script}</script></body>`,
      );
      const page = pathToFileURL(app.path('page.html')).href;
      // See web/store/shared-storage.ts.
      const storage = browser === 'webkit' ? 'memory' : 'indexeddb';
      await checkPage(page, { browser, storage, ...THREADS_NEVER });
    },
  );
}

testRow(
  {
    where: 'inkling/inline, all models',
    checked: 'an error says what is missing; a wasmUrl says where it is',
    engine: ENGINES.chromium,
  },
  async () => {
    const app = await inlinePage('inline-all-models');
    await app.copyPackage('engines', (file) => file.endsWith('.wasm'));
    const site = await serveApp(app.folder, { policy: POLICY });
    atTheEnd(() => site.close());
    const browser = await browserOf('chromium');
    const { result } = await visit(browser, `${site.origin}/index.html?train=ease`);
    expect(result).toEqual({ error: expect.stringMatching(/inkling-simd-full\.wasm.*wasmUrl/) });

    const places = "{ wasmUrl: (name) => './engines/inkling-' + name + '.wasm' }";
    await app.write('places.js', `globalThis.inklingPlaces = ${places};\n`);
    const main = await readFile(app.path('main.js'), 'utf8');
    await app.write('main.js', `import './places.js';\n${main}`);
    const paths = await checkFolder(app.folder, { model: 'ease', policy: POLICY });
    expect(paths).toContain('/engines/inkling-simd-full.wasm');
  },
);

testRow(
  {
    where: 'inkling/inline, other origin',
    checked: 'imported from another origin, as from a content delivery network',
    engine: ENGINES.chromium,
  },
  async () => {
    const app = await App.make('inline-elsewhere');
    const body = await readFile(app.path('node_modules', 'inkling', 'dist', 'inline.js'));
    const headers = { 'Access-Control-Allow-Origin': '*' };
    const other = await StaticServer.start({ mounts: { '/inline.js': { body, headers } } });
    atTheEnd(() => other.close());
    await app.importFrom(`${other.origin}/inline.js`);
    const policy = POLICY.replace("script-src 'self'", `script-src 'self' ${other.origin}`);
    await checkFolder(app.folder, { isolated: true, policy, ...THREADS_NEVER });
  },
);
