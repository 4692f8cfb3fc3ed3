import { inflateSync } from 'fflate';
import deflated from '#inline/wasm';
import { loadVariant } from '../engine/load-web.js';
import { FullSession } from './full-session.js';
import { startWorker } from './start-web.js';

// The script of the worker of inkling/inline: it has its wasm inside, and fetches another only where the app says so.
startWorker(
  (choice, { wasmUrl = '', wasmBinary }, onProgress) => {
    const binary = wasmBinary ?? (wasmUrl === '' ? inflateSync(deflated) : undefined);
    return loadVariant(choice, { wasmUrl, wasmBinary: binary }, onProgress);
  },
  (host) => new FullSession(host),
);
