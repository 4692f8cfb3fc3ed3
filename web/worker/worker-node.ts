import { parentPort } from 'node:worker_threads';
import { loadVariant } from '../engine/load-node.js';
import { FullSession } from './full-session.js';
import type { ToWorker } from './protocol.js';

// The script of Node's worker.
const port = parentPort;
if (port) {
  const session = new FullSession({
    loadVariant: (choice, source) => loadVariant(choice, source),
    post: (message, transfer = []) => port.postMessage(message, transfer),
  });
  port.on('message', (message: ToWorker) => session.receive(message));
}
