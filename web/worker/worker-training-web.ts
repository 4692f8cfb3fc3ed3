import { loadModule } from '../engine/load-web.js';
import { TrainingEngine } from '../engine/training-engine.js';
import { startWorker } from './start-web.js';
import { TrainingSession } from './training-session.js';

// The script of a worker that recommends and trains the usual models.
startWorker(
  async (choice, { wasmUrl, wasmBinary }, onProgress) => {
    const source = { wasmUrl: wasmUrl as string, wasmBinary };
    const { module, bytes } = await loadModule(choice, source, onProgress);
    return new TrainingEngine(module, choice, bytes);
  },
  (host) => new TrainingSession(host),
);
