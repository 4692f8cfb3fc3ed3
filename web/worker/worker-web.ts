import { loadVariant } from '../engine/load-web.js';
import { FullSession } from './full-session.js';
import { startWorker } from './start-web.js';

// The script of a browser's worker that does all that there is.
startWorker(
  (choice, { wasmUrl, wasmBinary }, onProgress) =>
    loadVariant(choice, { wasmUrl: wasmUrl as string, wasmBinary }, onProgress),
  (host) => new FullSession(host),
);
