import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenOptions } from '../../web/types.js';
import { BROWSERS } from './browser.js';
import { DIST } from './places.js';
import { setStage } from './stage.js';

const START_PAGE = '<!doctype html><title>My app</title><p>Welcome</p>';

/** What the wasm of each variant is served as. */
const WASM_PATHS = ['simd', 'simd-threads', 'relaxed-threads'].map(
  (variant) => `/dist/inkling-${variant}.wasm`,
);

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);

  beforeEach(() => stage.visit(stage.plain));
  afterEach(() => stage.plain.restore());

  /** Opens with JSON options; what it is rejected with. */
  const failureOf = (options: OpenOptions = {}) =>
    stage.browser.evaluate(async (given) => {
      const start = performance.now();
      try {
        const { Recommender } = window.test.inkling;
        await Recommender.open({ storage: 'memory', ...given });
        return null;
      } catch (error) {
        const {
          name: kind,
          code,
          message,
        } = error as { name: string; code: string; message: string };
        return { kind, code, message, seconds: (performance.now() - start) / 1000 };
      }
    }, options);

  const overrideWasm = (answer: Parameters<typeof stage.plain.override>[1]) => {
    for (const path of WASM_PATHS) stage.plain.override(path, answer);
  };

  test('a missing wasm file is named, with what to do', async () => {
    overrideWasm({ status: 404, type: 'text/plain', body: 'Not found' });
    const failure = await failureOf();
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'wasm_unavailable' });
    expect(failure?.message).toMatch(/inkling-simd\.wasm.*HTTP 404.*beside each other.*wasmUrl/);
  });

  test('a start page in place of the wasm file is recognised', async () => {
    overrideWasm({ status: 200, type: 'text/html', body: START_PAGE });
    const failure = await failureOf();
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'wrong_content' });
    expect(failure?.message).toMatch(/inkling-simd\.wasm.*HTML page.*beside each other.*wasmUrl/);
  });

  test('a wasm file that was cut short is refused', async () => {
    const bytes = await readFile(join(DIST, 'inkling-simd.wasm'));
    overrideWasm({ body: bytes.subarray(0, bytes.length / 2) });
    const failure = await failureOf();
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'wasm_unavailable' });
    expect(failure?.message).toMatch(/inkling-simd\.wasm could not be compiled/);
  });

  test('the wrong MIME type for wasm does not matter', async () => {
    overrideWasm({ type: 'application/octet-stream' });
    const [first] = await stage.browser.evaluate(async () => {
      const { inkling, sample } = window.test;
      const recommender = await inkling.Recommender.open({
        catalog: sample.sampleCatalogue(),
        storage: 'memory',
      });
      return recommender.recommend();
    });
    expect(first?.source).toBe('popularity');
    await stage.expectNoProblems();
  });

  test('a wasm file of another release is recognised', async () => {
    const bytes = await readFile(join(DIST, 'inkling-simd.wasm'));
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    const place = bytes.indexOf(`${version}\0`);
    expect(place).toBeGreaterThan(0);
    const other = version.replace(/\d/g, '9');
    const patched = Buffer.from(bytes);
    patched.write(other, place, 'latin1');
    overrideWasm({ body: patched });
    const failure = await failureOf();
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'version_mismatch' });
    expect(failure?.message).toContain(`the JavaScript is version ${version}`);
    expect(failure?.message).toContain(`the wasm file ${other}`);
    expect(failure?.message).toMatch(/serve both from the same release/);
  });

  test('a wasm file of another program is recognised, not waited for', async () => {
    const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const oneType = [1, 4, 1, 0x60, 0, 0];
    const wantsAnImport = [2, 7, 1, 1, 0x78, 1, 0x79, 0, 0]; // the function x.y
    for (const sections of [[], [...oneType, ...wantsAnImport]]) {
      overrideWasm({ body: Uint8Array.from([...header, ...sections]) });
      const failure = await failureOf();
      expect(failure).toMatchObject({ kind: 'InklingError', code: 'version_mismatch' });
      expect(failure?.message).toMatch(/inkling-simd\.wasm is not the wasm file/);
    }
  });

  test('a wasm file of another program is recognised with threads, too', async () => {
    await stage.visit(stage.isolated);
    stage.isolated.override('/dist/inkling-simd-threads.wasm', {
      body: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    });
    try {
      const failure = await failureOf({ variant: 'simd-threads' });
      if (failure?.code === 'unsupported_environment') return; // this engine has no shared memory
      expect(failure).toMatchObject({ kind: 'InklingError', code: 'version_mismatch' });
      expect(failure?.message).toMatch(/inkling-simd-threads\.wasm is not the wasm file/);
    } finally {
      stage.isolated.restore();
    }
  });

  test.each([
    ['is missing', { status: 404, type: 'text/plain', body: 'Not found' }],
    ['is a start page', { status: 200, type: 'text/html', body: START_PAGE }],
  ])('a worker script that %s gives an error that names the cure', async (_, answer) => {
    stage.plain.override('/dist/worker-training.js', answer);
    const failure = await failureOf();
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'engine_failed' });
    expect(failure?.message).toMatch(/worker failed.*worker\.js.*beside each other.*workerUrl/);
    expect(failure?.seconds).toBeLessThan(5);
  });

  test('a worker script elsewhere is an error with a code, not a bare exception', async () => {
    const failure = await failureOf({ workerUrl: 'https://elsewhere.invalid/worker.js' });
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'engine_failed' });
    expect(failure?.message).toMatch(/workerUrl/);
  });

  test('on an isolated page a worker script without its header gives an error that names it', async () => {
    await stage.visit(stage.isolated);
    stage.isolated.override('/dist/worker-training.js', {
      headers: { 'Cross-Origin-Embedder-Policy': 'unsafe-none' },
    });
    const failure = await failureOf().finally(() => stage.isolated.restore());
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'engine_failed' });
    expect(failure?.message).toMatch(/Cross-Origin-Embedder-Policy/);
  });

  test('files in another folder are found by wasmUrl and workerUrl', async () => {
    // The folder of the page; where the package looks by itself, there is nothing.
    overrideWasm({ status: 404 });
    for (const name of ['worker', 'worker-training']) {
      stage.plain.override(`/dist/${name}.js`, { status: 404 });
    }
    stage.plain.override('/moved/w.js', {
      status: 200,
      type: 'text/javascript',
      body: await readFile(join(DIST, 'worker.js')),
    });
    stage.plain.override('/moved/e.wasm', {
      status: 200,
      type: 'application/wasm',
      body: await readFile(join(DIST, 'inkling-simd.wasm')),
    });
    expect(await failureOf({ wasmUrl: 'moved/e.wasm', workerUrl: 'moved/w.js' })).toBeNull();
    await stage.expectNoProblems();
  });

  test('the bytes of the wasm file can be given', async () => {
    const variant = await stage.browser.evaluate(async () => {
      const wasmBinary = await (await fetch('/dist/inkling-simd.wasm')).arrayBuffer();
      const { Recommender } = window.test.inkling;
      const recommender = await Recommender.open({ wasmBinary, storage: 'memory' });
      const { variant: running, bytes } = recommender.info();
      await recommender.close();
      return { running, same: bytes.wasm === wasmBinary.byteLength };
    });
    expect(variant).toEqual({ running: 'simd', same: true });
    const asked = stage.plain.requests.filter(({ path }) => path.endsWith('.wasm'));
    expect(asked.length).toBeGreaterThan(0);
  });

  test('a model address that gives a start page is recognised', async () => {
    stage.plain.override('/model.safetensors', {
      status: 200,
      type: 'text/html',
      body: START_PAGE,
    });
    const failure = await failureOf({ model: '/model.safetensors' });
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'wrong_content' });
    expect(failure?.message).toMatch(/model\.safetensors should be the model.*HTML page.*address/);
  });

  test('a model of HTML under a false name is refused as well', async () => {
    stage.plain.override('/model.safetensors', {
      status: 200,
      type: 'application/octet-stream',
      body: START_PAGE.repeat(50),
    });
    const failure = await failureOf({ model: '/model.safetensors' });
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'corrupt_model_file' });
  });

  test('a missing model is named, with its status', async () => {
    const failure = await failureOf({ model: '/missing.safetensors' });
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'wrong_content' });
    expect(failure?.message).toMatch(/missing\.safetensors: HTTP 404; check the address/);
  });

  test('a catalogue that is no JSON is refused with what the browser says of it', async () => {
    stage.plain.override('/items.json', {
      status: 200,
      type: 'application/json',
      body: '[{"id": "a"},\n {"id": oops}]',
    });
    const failure = await failureOf({ catalog: '/items.json' });
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'invalid_catalog' });
    expect(failure?.message).toMatch(/items\.json: no JSON \(.+\); expected a JSON array/);
  });

  test('a catalogue address that gives a start page is recognised', async () => {
    stage.plain.override('/items.json', { status: 200, type: 'text/html', body: START_PAGE });
    const failure = await failureOf({ catalog: '/items.json' });
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'wrong_content' });
    expect(failure?.message).toMatch(/items\.json should be the catalogue.*HTML page/);
  });

  test('threads that are asked for where there are none are refused with the two headers', async () => {
    const failure = await failureOf({ variant: 'simd-threads' });
    expect(failure).toMatchObject({ kind: 'InklingError', code: 'unsupported_environment' });
    expect(failure?.message).toMatch(/Cross-Origin-Opener-Policy: same-origin/);
    expect(failure?.message).toMatch(/Cross-Origin-Embedder-Policy: require-corp/);
    expect(failure?.message).toMatch(/Leave the variant out/);
  });

  test('opening can be given up while the wasm file is still on its way', async () => {
    overrideWasm({ delayMs: 3000 });
    const { code, ms } = await stage.browser.evaluate(async () => {
      const abort = new AbortController();
      const { Recommender } = window.test.inkling;
      const opening = Recommender.open({ signal: abort.signal });
      setTimeout(() => abort.abort(), 100);
      const start = performance.now();
      const error = await opening.catch((thrown: { code: string }) => thrown);
      return { code: (error as { code: string }).code, ms: performance.now() - start };
    });
    expect(code).toBe('aborted');
    expect(ms).toBeLessThan(1000);
    // What was given up holds nothing that is in the way of a second try.
    stage.plain.restore();
    const erased = await stage.browser.evaluate(async () => {
      const recommender = await window.test.inkling.Recommender.open();
      await recommender.erase();
      await recommender.close();
      return true;
    });
    expect(erased).toBe(true);
  });

  test('after a failure the next opening works', async () => {
    overrideWasm({ status: 503 });
    expect(await failureOf()).toMatchObject({ code: 'wasm_unavailable' });
    stage.plain.restore();
    expect(await failureOf()).toBeNull();
  });
});

describe('without relaxed SIMD, in webkit', () => {
  const stage = setStage('webkit');

  beforeEach(() => stage.visit(stage.plain));

  test('the variant that needs it is refused', async () => {
    await expect(
      stage.browser.evaluate(() =>
        window.test.inkling.Recommender.open({ variant: 'relaxed-threads', storage: 'memory' }),
      ),
    ).rejects.toMatchObject({
      code: 'unsupported_environment',
      message: expect.stringMatching(/"relaxed-threads" cannot run here.*Leave the variant out/),
    });
  });

  test('its wasm file is not even parsed', async () => {
    // The reason for a build without: should this fail one day, the table of variants can change.
    const parsed = await stage.browser.evaluate(async () => {
      const bytes = await (await fetch('/dist/inkling-relaxed-threads.wasm')).arrayBuffer();
      return WebAssembly.validate(bytes);
    });
    expect(parsed).toBe(false);
  });
});
