import { detectFeatures } from './engine/features.js';
import type { Features } from './engine/variants.js';
import { InklingError } from './errors.js';
import type { WasmName } from './types.js';
import { connectionTo } from './worker/connection-web.js';
import type { WorkerConnection, WorkerScript } from './worker/protocol.js';

/** Whether page and worker can reach one and the same IndexedDB; a string where there is one and they cannot: why. */
export function canStore(_name: string): Promise<boolean | string> {
  return Promise.resolve(typeof indexedDB !== 'undefined');
}

/** What a browser offers. */
export function hostFeatures(): Features {
  return detectFeatures();
}

/** The wasm file of that name. The addresses are written out, so that bundlers find the files and move them along. */
export function defaultWasmUrl(name: WasmName): URL | undefined {
  switch (name) {
    case 'simd-serving':
      return new URL('./inkling-simd-serving.wasm', import.meta.url);
    case 'simd':
      return new URL('./inkling-simd.wasm', import.meta.url);
    case 'simd-full':
      return new URL('./inkling-simd-full.wasm', import.meta.url);
    case 'simd-threads-serving':
      return new URL('./inkling-simd-threads-serving.wasm', import.meta.url);
    case 'simd-threads':
      return new URL('./inkling-simd-threads.wasm', import.meta.url);
    case 'simd-threads-full':
      return new URL('./inkling-simd-threads-full.wasm', import.meta.url);
    case 'relaxed-threads-serving':
      return new URL('./inkling-relaxed-threads-serving.wasm', import.meta.url);
    case 'relaxed-threads':
      return new URL('./inkling-relaxed-threads.wasm', import.meta.url);
    case 'relaxed-threads-full':
      return new URL('./inkling-relaxed-threads-full.wasm', import.meta.url);
  }
}

const NOT_LOADED = 'its script could not be loaded';
const ISOLATED =
  ' (on this cross-origin isolated page it needs the header Cross-Origin-Embedder-Policy: require-corp too)';

/**
 * Starts the worker and, beside it, `threads` - 1 threads for its engine: worker/threads-web.ts says why.
 *
 * @param script which of those that come with the package, where the app has none of its own
 */
export function connectWorker(
  workerUrl: URL | string | undefined,
  threads: number,
  script: WorkerScript,
): WorkerConnection {
  const worker = started(() => {
    if (workerUrl !== undefined) return new Worker(workerUrl, { type: 'module' });
    if (script === 'serving') {
      return new Worker(new URL('./worker-serving.js', import.meta.url), { type: 'module' });
    }
    if (script === 'training') {
      return new Worker(new URL('./worker-training.js', import.meta.url), { type: 'module' });
    }
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  });
  const all: [Worker, ...Worker[]] = [worker];
  const ports: MessagePort[] = [];
  while (all.length < threads) {
    const { port1, port2 } = new MessageChannel();
    const thread = started(() => {
      if (workerUrl !== undefined) {
        return new Worker(workerUrl, { type: 'module', name: 'em-pthread' });
      }
      if (script === 'serving') {
        return new Worker(new URL('./worker-serving.js', import.meta.url), {
          type: 'module',
          name: 'em-pthread',
        });
      }
      if (script === 'training') {
        return new Worker(new URL('./worker-training.js', import.meta.url), {
          type: 'module',
          name: 'em-pthread',
        });
      }
      return new Worker(new URL('./worker.js', import.meta.url), {
        type: 'module',
        name: 'em-pthread',
      });
    });
    thread.postMessage({ port: port1 }, [port1]);
    ports.push(port2);
    all.push(thread);
  }
  worker.postMessage({ kind: 'threads', ports }, ports);
  return connectionTo(all, NOT_LOADED + (globalThis.crossOriginIsolated ? ISOLATED : ''));
}

// Options and addresses are written out above, for bundlers read them without running the code.
function started(start: () => Worker): Worker {
  try {
    return start();
  } catch (cause) {
    throw new InklingError(
      'engine_failed',
      `the browser refused to start the worker (${String(cause)}). A page may only run workers of its own ` +
        'origin: serve worker.js from there, as workerUrl',
      { cause },
    );
  }
}
