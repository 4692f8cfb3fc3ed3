import type { StoredEvent } from '../engine/history.js';
import type { InteractionEvent } from '../types.js';

/** An event that is checked and has its time. */
export type TimedEvent = InteractionEvent & { at: number };

/** The truth about a person: everything else is computed from it. */
export interface EventLog {
  readonly kind: 'indexeddb' | 'memory';
  /** Resolves when the events are durable, with their places in the log. */
  append(events: readonly TimedEvent[]): Promise<StoredEvent[]>;
  /** Events whose place is after `seq`, in order. */
  readAfter(seq: number): Promise<StoredEvent[]>;
  count(): Promise<number>;
  /** Removes every event about an item. */
  forgetItem(item: string): Promise<void>;
  /** Removes everything, the database too. The next event begins anew. */
  erase(): Promise<void>;
  /** Resolves when nothing is held any more. The log cannot be used afterwards. */
  close(): Promise<void>;
}
