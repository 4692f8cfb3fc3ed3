import type { FromWorker, WorkerConnection } from './protocol.js';

const NOT_LOADED = 'its script could not be loaded';
const ISOLATED =
  ' (on this cross-origin isolated page it needs the header Cross-Origin-Embedder-Policy: require-corp too)';

/** The connection to a worker of a browser. */
export function connectTo(worker: Worker): WorkerConnection {
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
