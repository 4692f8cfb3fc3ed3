import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { createLogger, createServer, build as viteBuild } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type Chromium, launchChromium } from '../browser/chromium.js';
import type { StaticServer } from '../browser/server.js';
import { serveApp, visit } from './visited-page.js';

const app = inject('app');
const webApp = join(app, 'web-app');
const installed = join(app, 'node_modules', 'inkling');

let browser: Chromium;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  // Vite takes a test's environment for one of its own modes.
  vi.stubEnv('NODE_ENV', undefined);
  browser = await launchChromium();
});

afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await browser?.close();
});

async function serve(folder: string, isolated = false): Promise<StaticServer> {
  const site = await serveApp(folder, { isolated });
  cleanups.push(() => site.close());
  return site;
}

/** What a page recommends where nothing goes wrong. */
async function resultAt(address: string): Promise<unknown> {
  const { result, problems } = await visit(browser, address);
  expect(problems).toEqual([]);
  return result;
}

const RECOMMENDED = { item: 'an open sea', source: 'tf_idf' };

describe('Vite', () => {
  const config = {
    root: webApp,
    configFile: false as const,
    logLevel: 'warn' as const,
    cacheDir: join(app, '.vite'),
    base: './',
  };

  test('builds an app whose worker and wasm are found, under the strict policy', async () => {
    const outDir = join(app, 'vite-output');
    await viteBuild({ ...config, build: { outDir, emptyOutDir: true } });
    const files = await readdir(join(outDir, 'assets'));
    // One that recommends, one that trains too, one that does all.
    expect(files.filter((file) => /^worker-.*\.js$/.test(file))).toHaveLength(3);
    // Of each variant the one that recommends, the one that trains, and the full one.
    expect(files.filter((file) => file.endsWith('.wasm'))).toHaveLength(9);

    const plain = await serve(outDir);
    expect(await resultAt(`${plain.origin}/index.html`)).toEqual({
      ...RECOMMENDED,
      variant: 'simd',
    });
    // One wasm file, and no file that is not there.
    const wasm = plain.requests.filter(({ path }) => path.endsWith('.wasm'));
    expect(wasm.map(({ path }) => path)).toEqual([
      expect.stringMatching(/^\/assets\/inkling-simd-[\w-]{8}\.wasm$/),
    ]);

    const isolated = await serve(outDir, true);
    const cores = await browser.evaluate(() => navigator.hardwareConcurrency);
    expect(await resultAt(`${isolated.origin}/index.html`)).toEqual({
      ...RECOMMENDED,
      variant: cores > 1 ? 'relaxed-threads' : 'simd',
    });
  });

  test('serves the app while it is being developed', async () => {
    const warnings: string[] = [];
    const customLogger = createLogger('warn');
    customLogger.warn = (message) => warnings.push(message);
    customLogger.warnOnce = (message) => warnings.push(message);
    const server = await createServer({
      ...config,
      customLogger,
      server: { port: 0, host: '127.0.0.1' },
    });
    cleanups.push(() => server.close());
    await server.listen();
    const [address] = server.resolvedUrls?.local ?? [];
    expect(await resultAt(`${address}index.html`)).toMatchObject(RECOMMENDED);
    // Straight again, from the cache that the first time has made.
    expect(await resultAt(`${address}index.html`)).toMatchObject(RECOMMENDED);
    expect(warnings).toEqual([]);
  });
});

describe('esbuild', () => {
  const outdir = join(app, 'esbuild-output');

  const bundle = async (places: string) => {
    await esbuild({
      entryPoints: [join(webApp, 'main.js')],
      bundle: true,
      format: 'esm',
      outdir,
      absWorkingDir: app,
      logLevel: 'error',
      // Set before the app's script, as its own code would.
      banner: { js: `globalThis.inklingPlaces = ${places};` },
    });
    await cp(join(webApp, 'index.html'), join(outdir, 'index.html'));
  };

  test('bundles an app that says where worker and wasm are', async () => {
    await bundle(
      "{ workerUrl: 'static/worker.js', " +
        "wasmUrl: (variant) => 'static/inkling-' + variant + '.wasm' }",
    );
    for (const file of ['worker.js', 'inkling-simd.wasm', 'inkling-relaxed-threads.wasm']) {
      await cp(join(installed, 'dist', file), join(outdir, 'static', file));
    }
    for (const isolated of [false, true]) {
      const site = await serve(outdir, isolated);
      expect(await resultAt(`${site.origin}/index.html`)).toMatchObject(RECOMMENDED);
    }
  });

  test('without them the app is told what to do', async () => {
    await bundle('{}');
    const site = await serve(outdir);
    expect((await visit(browser, `${site.origin}/index.html`)).result).toEqual({
      error: expect.stringMatching(/worker\.js.*workerUrl/),
    });
  });
});

test('a page without a bundler can load the files as they are', async () => {
  const folder = join(app, 'plain-app');
  await cp(webApp, folder, { recursive: true });
  await cp(join(installed, 'dist'), join(folder, 'inkling'), { recursive: true });
  const main = await readFile(join(webApp, 'main.js'), 'utf8');
  await writeFile(join(folder, 'main.js'), main.replace("'inkling'", "'./inkling/index.js'"));
  const site = await serve(folder);
  expect(await resultAt(`${site.origin}/index.html`)).toMatchObject(RECOMMENDED);
});
