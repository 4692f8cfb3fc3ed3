import type { FromWorker, WorkerConnection } from './protocol.js';

/**
 * A connection to the first of these workers that ends them all, and fails with any of them.
 *
 * @param whyNotLoaded what to say where the browser does not say what went wrong
 */
export function connectionTo(
  workers: readonly [Worker, ...Worker[]],
  whyNotLoaded: string,
): WorkerConnection {
  const [worker] = workers;
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (listener) => {
      worker.onmessage = (event: MessageEvent<FromWorker>) => listener(event.data);
    },
    onFailure: (listener) => {
      for (const each of workers) {
        each.onerror = (event) => {
          event.preventDefault();
          listener(event.message || whyNotLoaded);
        };
        each.onmessageerror = () => listener('a message could not be read');
      }
    },
    terminate: () => {
      for (const each of workers) each.terminate();
    },
  };
}
