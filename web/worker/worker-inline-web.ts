import { inflateSync } from 'fflate';
import deflated from '#inline/wasm';
import { loadModule } from '../engine/load-web.js';
import { TrainingEngine } from '../engine/training-engine.js';
import { startWorker } from './start-web.js';
import { TrainingSession } from './training-session.js';

// The script of the worker of inkling/inline: it has its wasm inside, and fetches another only where the app says so.
startWorker(
  async (choice, { wasmUrl = '', wasmBinary }, onProgress) => {
    const binary = wasmBinary ?? (wasmUrl === '' ? inflateSync(deflated) : undefined);
    const { module, bytes } = await loadModule(choice, { wasmUrl, wasmBinary: binary }, onProgress);
    return new TrainingEngine(module, choice, bytes);
  },
  (host) => new TrainingSession(host),
);
