import { InklingError } from '../errors.js';
import type { Progress } from '../types.js';

/** A calculation of the core that can be done piece by piece. */
export interface SlicedWork {
  totalWork(): number;
  doneWork(): number;
  /** Does at least one and about `work` units; throws when it fails. */
  step(work: number): void;
  /** What progress reports say beside. */
  told?(): Partial<Progress>;
}

/** How long a slice should take. An abort is heard between two slices. */
const SLICE_MS = 16;
const PROGRESS_MS = 50;

/** Throws if the signal says so. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new InklingError('aborted', 'the call was stopped by its AbortSignal', {
      cause: signal.reason,
    });
  }
}

/** Resolves when events that wait have been handled: a message, Ctrl-C. */
export const eventsHandled: () => Promise<void> =
  typeof setImmediate === 'function'
    ? () => new Promise((resolve) => setImmediate(resolve))
    : () =>
        new Promise((resolve) => {
          // Unlike a timer's, a message's turn comes without a minimum delay.
          channel ??= openChannel();
          waiting.push(resolve);
          channel.port2.postMessage(null);
        });

// One channel for all, held here: WebKit may collect a port that nothing but its message refers to, message and all.
let channel: MessageChannel | undefined;
const waiting: (() => void)[] = [];

function openChannel(): MessageChannel {
  const opened = new MessageChannel();
  opened.port1.onmessage = () => waiting.shift()?.();
  return opened;
}

/** Runs the work to its end in slices, between which messages are heard. */
export async function runInSlices(
  work: SlicedWork,
  phase: Progress['phase'],
  options: {
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
  },
): Promise<void> {
  const { signal, onProgress } = options;
  const total = work.totalWork();
  let amount = Math.max(1, total / 10_000);
  let lastReport = 0;
  while (work.doneWork() < total) {
    throwIfAborted(signal);
    const before = work.doneWork();
    const start = performance.now();
    work.step(Math.ceil(amount));
    const end = performance.now();
    // By what was done, not by what was asked for: a step may stop early. Grows at most fourfold a slice, so that
    // one quick slice does not make a very long one.
    const done = work.doneWork() - before;
    const fitting = (done * SLICE_MS) / Math.max(end - start, 0.1);
    if (done > 0) amount = Math.max(1, Math.min(amount * 4, fitting));
    if (onProgress && end - lastReport >= PROGRESS_MS) {
      lastReport = end;
      onProgress({ phase, fraction: work.doneWork() / total, ...work.told?.() });
    }
    await eventsHandled();
  }
  throwIfAborted(signal);
  onProgress?.({ phase, fraction: 1, ...work.told?.() });
}
