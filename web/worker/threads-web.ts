// Threads of the engine in a browser. The page starts them, beside the engine's worker, and gives both sides the ends of
// a channel. A worker could start its own, but Firefox hangs in that now and then: in one of 100 pages (version 153).

/** Ends of the channels to threads that no engine has taken yet. */
const waiting: MessagePort[] = [];

/** What the engine's loader takes for a worker that it started. */
class StartedThread {
  onmessage: ((event: MessageEvent) => void) | null = null;
  private readonly port: MessagePort;

  constructor() {
    const port = waiting.shift();
    if (!port) throw new Error('the page started fewer threads than the engine asks for');
    this.port = port;
    port.onmessage = (event) => this.onmessage?.(event);
  }

  postMessage(message: unknown): void {
    this.port.postMessage(message);
  }

  /** The page ends threads with their engine. */
  terminate(): void {
    this.port.close();
  }
}

/** In the engine's worker: the threads that its loader will find when it starts workers. */
export function offerThreads(ports: readonly MessagePort[]): void {
  waiting.push(...ports);
  (globalThis as { Worker: unknown }).Worker = StartedThread;
}

/** In a thread: what its loader hears from and says to its parent goes through the channel that comes first. */
export function listenToEngine(): void {
  const scope = self as unknown as {
    onmessage(event: MessageEvent): void;
    postMessage(message: unknown): void;
  };
  const receivePort = ({ data }: MessageEvent<{ port: MessagePort }>) => {
    scope.postMessage = (message) => data.port.postMessage(message);
    data.port.onmessage = (event) => scope.onmessage(event); // the loader changes its listener
  };
  self.addEventListener('message', receivePort, { once: true });
}
