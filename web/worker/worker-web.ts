import { loadVariant } from '../engine/load-web.js';
import { startWorker } from './start-web.js';
import { TrainingSession } from './training-session.js';

// The script of a browser's worker that does all that there is.
startWorker(
  (choice, { wasmUrl, wasmBinary }, onProgress) =>
    loadVariant(choice, { wasmUrl: wasmUrl as string, wasmBinary }, onProgress),
  (host) => new TrainingSession(host),
);
