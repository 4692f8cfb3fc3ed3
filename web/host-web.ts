import { detectFeatures } from './engine/features.js';
import type { Features } from './engine/variants.js';
import { InklingError } from './errors.js';
import type { WasmName } from './types.js';
import type { FromWorker, WorkerConnection } from './worker/protocol.js';

/** What a browser offers. */
export function hostFeatures(): Features {
  return detectFeatures();
}

/** The wasm file of that name. The addresses are written out, so that bundlers find the files and move them along. */
export function defaultWasmUrl(name: WasmName): URL | undefined {
  switch (name) {
    case 'simd':
      return new URL('./inkling-simd.wasm', import.meta.url);
    case 'simd-full':
      return new URL('./inkling-simd-full.wasm', import.meta.url);
    case 'simd-threads':
      return new URL('./inkling-simd-threads.wasm', import.meta.url);
    case 'simd-threads-full':
      return new URL('./inkling-simd-threads-full.wasm', import.meta.url);
    case 'relaxed-threads':
      return new URL('./inkling-relaxed-threads.wasm', import.meta.url);
    case 'relaxed-threads-full':
      return new URL('./inkling-relaxed-threads-full.wasm', import.meta.url);
  }
}

const NOT_LOADED = 'its script could not be loaded';
const ISOLATED =
  ' (on this cross-origin isolated page it needs the header Cross-Origin-Embedder-Policy: require-corp too)';

/** Starts the worker. */
export function connectWorker(workerUrl: URL | string | undefined): WorkerConnection {
  const worker = startWorker(workerUrl);
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (listener) => {
      worker.onmessage = (event: MessageEvent<FromWorker>) => listener(event.data);
    },
    onFailure: (listener) => {
      worker.onerror = (event) => {
        event.preventDefault();
        listener(event.message || NOT_LOADED + (globalThis.crossOriginIsolated ? ISOLATED : ''));
      };
      worker.onmessageerror = () => listener('a message could not be read');
    },
    terminate: () => worker.terminate(),
  };
}

function startWorker(workerUrl: URL | string | undefined): Worker {
  try {
    return workerUrl === undefined
      ? new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
      : new Worker(workerUrl, { type: 'module' });
  } catch (cause) {
    throw new InklingError(
      'engine_failed',
      `the browser refused to start the worker (${String(cause)}). A page may only run workers of its own ` +
        'origin: serve worker.js from there, and pass workerUrl if the rest of the package is elsewhere',
      { cause },
    );
  }
}
