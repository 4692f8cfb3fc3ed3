import { loadVariant } from '../engine/load-web.js';
import { IndexedDbStore } from '../store/indexeddb-store.js';
import type { ToWorker } from './protocol.js';
import { Session } from './session.js';

// The script of the browser's worker. Threads of the engine run it too, under a name of their own: they have
// nothing to do with sessions.
if (!self.name.startsWith('em-pthread')) {
  const scope = self as unknown as {
    postMessage(message: unknown, transfer: Transferable[]): void;
    onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  };
  const session = new Session({
    loadVariant: (choice, { wasmUrl, wasmBinary }, onProgress) =>
      loadVariant(choice, { wasmUrl: wasmUrl as string, wasmBinary }, onProgress),
    openLog: (name) => new IndexedDbStore(name),
    post: (message, transfer = []) => scope.postMessage(message, transfer),
  });
  scope.onmessage = (event) => session.receive(event.data);
}
