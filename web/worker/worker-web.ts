import { loadVariant } from '../engine/load-web.js';
import { IndexedDbStore } from '../store/indexeddb-store.js';
import type { ToWorker } from './protocol.js';
import { Session } from './session.js';
import { listenToEngine, offerThreads } from './threads-web.js';

// The script of the browser's worker. Threads of the engine run it too, under a name of their own: they have
// nothing to do with sessions.
if (self.name.startsWith('em-pthread')) {
  listenToEngine();
} else {
  const scope = self as unknown as {
    postMessage(message: unknown, transfer: Transferable[]): void;
    onmessage:
      | ((event: MessageEvent<ToWorker | { kind: 'threads'; ports: MessagePort[] }>) => void)
      | null;
  };
  const session = new Session({
    loadVariant: (choice, { wasmUrl, wasmBinary }, onProgress) =>
      loadVariant(choice, { wasmUrl: wasmUrl as string, wasmBinary }, onProgress),
    openLog: (name) => new IndexedDbStore(name),
    post: (message, transfer = []) => scope.postMessage(message, transfer),
  });
  scope.onmessage = ({ data }) => {
    if (data.kind === 'threads') offerThreads(data.ports);
    else session.receive(data);
  };
}
