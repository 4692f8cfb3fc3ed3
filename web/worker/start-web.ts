import type { ToWorker } from './protocol.js';
import type { Session, SessionHost } from './session.js';
import { listenToEngine, offerThreads } from './threads-web.js';

/**
 * What a script of the browser's worker does. Threads of the engine run it too, under a name of their own: they have
 * nothing to do with sessions.
 */
export function startWorker<Engine>(
  loadVariant: SessionHost<Engine>['loadVariant'],
  createSession: (host: SessionHost<Engine>) => Pick<Session, 'receive'>,
): void {
  if (self.name.startsWith('em-pthread')) {
    listenToEngine();
    return;
  }
  const scope = self as unknown as {
    postMessage(message: unknown, transfer: Transferable[]): void;
    onmessage:
      | ((event: MessageEvent<ToWorker | { kind: 'threads'; ports: MessagePort[] }>) => void)
      | null;
  };
  const session = createSession({
    loadVariant,
    post: (message, transfer = []) => scope.postMessage(message, transfer),
  });
  scope.onmessage = ({ data }) => {
    if (data.kind === 'threads') offerThreads(data.ports);
    else session.receive(data);
  };
}
