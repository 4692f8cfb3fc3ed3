import { Worker } from 'node:worker_threads';
import { nodeFeatures } from './engine/load-node.js';
import type { Features } from './engine/variants.js';
import type { WasmName } from './types.js';
import type { WorkerConnection, WorkerScript } from './worker/protocol.js';

/** Node has no IndexedDB; what stands in for one in a test, the worker would not see. */
export function canStore(_name: string): Promise<boolean | string> {
  return Promise.resolve(false);
}

/** What this Node process offers. */
export function hostFeatures(): Features {
  return nodeFeatures();
}

/** Node's worker finds the file by itself. */
export function defaultWasmUrl(_name: WasmName): URL | undefined {
  return undefined;
}

/** Starts the worker, whose engine starts its threads. */
export function connectWorker(
  workerUrl: URL | string | undefined,
  _threads: number,
  _script: WorkerScript,
): WorkerConnection {
  const worker = new Worker(workerUrl ?? new URL('./node-worker.js', import.meta.url), {
    execArgv: [], // what Node is told of the app's scripts is not for this one; --input-type ends it
  });
  let ended = false;
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.on('message', listener),
    onFailure: (listener) => {
      worker.on('error', (error) => listener(error.message));
      worker.on('exit', (code) => {
        if (!ended) listener(`it ended with code ${code}`);
      });
    },
    terminate: () => {
      ended = true;
      void worker.terminate();
    },
  };
}
