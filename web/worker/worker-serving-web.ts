import { loadModule } from '../engine/load-web.js';
import { ServingEngine } from '../engine/serving-engine.js';
import { Session } from './session.js';
import { startWorker } from './start-web.js';

// The script of a worker that only recommends: a third less to download.
startWorker(
  async (choice, { wasmUrl, wasmBinary }, onProgress) => {
    const source = { wasmUrl: wasmUrl as string, wasmBinary };
    const { module, bytes } = await loadModule(choice, source, onProgress);
    return new ServingEngine(module, choice, bytes);
  },
  (host) => new Session(host),
);
