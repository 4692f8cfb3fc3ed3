import { parentPort } from 'node:worker_threads';
import { loadVariant } from '../engine/load-node.js';
import type { ToWorker } from './protocol.js';
import { TrainingSession } from './training-session.js';

// The script of Node's worker.
const port = parentPort;
if (port) {
  const session = new TrainingSession({
    loadVariant: (choice, source) => loadVariant(choice, source),
    post: (message, transfer = []) => port.postMessage(message, transfer),
  });
  port.on('message', (message: ToWorker) => session.receive(message));
}
