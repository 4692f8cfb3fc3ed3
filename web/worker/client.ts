import { InklingError } from '../errors.js';
import type { Progress } from '../types.js';
import type {
  CallName,
  Calls,
  EngineInfo,
  FromWorker,
  ToWorker,
  WorkerConnection,
} from './protocol.js';

interface Pending {
  resolve(result: never): void;
  reject(error: unknown): void;
  onProgress: ((progress: Progress) => void) | undefined;
  signal: AbortSignal | undefined;
  stopListening(): void;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  transfer?: ArrayBuffer[];
}

/** How long a worker may take to close what it holds. */
const FAREWELL_MS = 500;

/** While calls are under way the worker is asked whether it is there; one that was ended from outside never says so. */
const PING_MS = 4000;
const MOST_UNANSWERED = 5;

const CHANGING: readonly CallName[] = ['reload', 'use', 'train'];

/** Calls a worker as if it were here: promises, typed errors, abort and progress. */
export class WorkerClient {
  /** What the worker last said of itself. */
  info: EngineInfo | null = null;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  /** Why it takes no calls any more. */
  failure: InklingError | null = null;
  private onClosed: () => void = () => {};
  private onIdle: () => void = () => {};
  private watch: ReturnType<typeof setInterval> | undefined;
  private unanswered = 0;

  constructor(private readonly connection: WorkerConnection) {
    connection.onMessage((message) => this.receive(message));
    connection.onFailure((reason) => {
      this.fail(
        new InklingError(
          'engine_failed',
          `the worker failed: ${reason}. If it never started, the bundler may have moved worker.js: ` +
            'serve the files of the inkling package beside each other, or pass workerUrl',
        ),
      );
    });
  }

  call<N extends CallName>(
    name: N,
    request: Calls[N]['request'],
    options: CallOptions = {},
  ): Promise<Calls[N]['result']> {
    const { signal, onProgress, transfer } = options;
    if (this.failure) return Promise.reject(this.failure);
    if (signal?.aborted) return Promise.reject(abortError(signal));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.connection.post({ kind: 'cancel', id });
        // Of what changes the worker's state, only the worker knows whether it was stopped in time.
        if (!CHANGING.includes(name)) this.settle(id)?.reject(abortError(signal as AbortSignal));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.pending.set(id, {
        resolve: resolve as (result: never) => void,
        reject,
        onProgress,
        signal,
        stopListening: () => signal?.removeEventListener('abort', onAbort),
      });
      this.watch ??= setInterval(() => this.ping(), PING_MS);
      try {
        this.connection.post(
          { kind: 'call', id, name, request, wantsProgress: onProgress !== undefined },
          transfer,
        );
      } catch (cause) {
        this.settle(id);
        reject(
          new InklingError(
            'invalid_argument',
            `the argument cannot be sent to the worker: ${String(cause)}`,
            {
              cause,
            },
          ),
        );
      }
    });
  }

  post(message: ToWorker): void {
    if (!this.failure) this.connection.post(message);
  }

  /**
   * Ends the worker; what is pending is rejected with `reason`, and so is every later call. A worker that can still
   * answer closes its database first: in WebKit, one that is cut off keeps it open for ever.
   */
  async end(reason: InklingError): Promise<void> {
    if (this.failure === null) {
      this.failure = reason;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, FAREWELL_MS);
        this.onClosed = () => {
          clearTimeout(timer);
          resolve();
        };
        this.connection.post({ kind: 'close' });
      });
    }
    this.fail(reason);
    this.connection.terminate();
  }

  /** The same when all that is pending has been answered. */
  async retire(reason: InklingError): Promise<void> {
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
      this.settle(0); // none has this number: there may be nothing to wait for
    });
    await this.end(reason);
  }

  private ping(): void {
    if (this.unanswered++ < MOST_UNANSWERED) {
      this.connection.post({ kind: 'ping' });
      return;
    }
    const seconds = (PING_MS * MOST_UNANSWERED) / 1000;
    this.fail(
      new InklingError(
        'engine_failed',
        `the worker has not answered for ${seconds} s: was it ended?`,
      ),
    );
  }

  private receive(message: FromWorker): void {
    this.unanswered = 0;
    if (message.kind === 'pong') return;
    if (message.kind === 'closed') {
      this.onClosed();
      return;
    }
    if (message.kind === 'progress') {
      this.pending.get(message.id)?.onProgress?.(message.progress);
      return;
    }
    if (message.kind === 'result') {
      if (message.info) this.info = message.info;
      this.settle(message.id)?.resolve(message.result as never);
      return;
    }
    const pending = this.settle(message.id);
    pending?.reject(
      message.code === 'aborted' && pending.signal
        ? abortError(pending.signal)
        : new InklingError(message.code ?? 'engine_failed', message.message),
    );
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    pending?.stopListening();
    this.pending.delete(id);
    if (this.pending.size === 0) {
      clearInterval(this.watch);
      this.watch = undefined;
      this.unanswered = 0;
      this.onIdle();
    }
    return pending;
  }

  private fail(error: InklingError): void {
    this.failure ??= error;
    for (const id of [...this.pending.keys()]) this.settle(id)?.reject(error);
  }
}

function abortError(signal: AbortSignal): InklingError {
  return new InklingError('aborted', 'the call was stopped by its AbortSignal', {
    cause: signal.reason,
  });
}
