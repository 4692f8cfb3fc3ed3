import workerScript from '#inline/worker';
import { detectFeatures } from './engine/features.js';
import type { Features } from './engine/variants.js';
import { InklingError } from './errors.js';
import { workersShareStorage } from './store/shared-storage.js';
import type { WasmName } from './types.js';
import { connectionTo } from './worker/connection-web.js';
import type { WorkerConnection } from './worker/protocol.js';

// The host of inkling/inline: a browser, where worker and engine come in the file that is there already.

/** See host-web.ts. */
export async function canStore(name: string): Promise<boolean | string> {
  if (typeof indexedDB === 'undefined' || (await workersShareStorage(name))) {
    return typeof indexedDB !== 'undefined';
  }
  return 'in this browser a page that is opened from disk shares no storage with its worker: serve the page';
}

/** What a browser offers to the one engine that is in the file, which has no threads. */
export function hostFeatures(): Features {
  return {
    ...detectFeatures(),
    sharedMemory: false,
    whyAlone:
      'One thread: inkling/inline holds one engine, which has no threads; the files of "inkling" have them.',
  };
}

/** The worker has the wasm that is in the file; of others only the app can know. */
export function defaultWasmUrl(_name: WasmName): URL | undefined {
  return undefined;
}

const NEEDS_BLOB =
  'inkling/inline runs it from a blob: address, which the policy of the page must allow (worker-src blob:); ' +
  'where it cannot, use the files of "inkling"';

/** Made when it is needed first, and kept: a worker may be started anew, or another one for training. */
let address: string | undefined;

/** Starts the worker that is in the file. */
export function connectWorker(workerUrl: URL | string | undefined): WorkerConnection {
  if (workerUrl !== undefined) {
    throw new InklingError(
      'invalid_argument',
      `open: workerUrl is ${JSON.stringify(workerUrl)}, and inkling/inline has its worker inside; leave it out, or import "inkling"`,
    );
  }
  address ??= URL.createObjectURL(new Blob([workerScript], { type: 'text/javascript' }));
  let worker: Worker;
  try {
    worker = new Worker(address);
  } catch (cause) {
    throw new InklingError(
      'engine_failed',
      `the browser refused to start the worker (${String(cause)}). ${NEEDS_BLOB}`,
      { cause },
    );
  }
  return connectionTo([worker], `it could not be started. ${NEEDS_BLOB}`);
}
