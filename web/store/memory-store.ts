import type { StoredEvent } from '../engine/history.js';
import type { EventLog, TimedEvent } from './event-log.js';

/** Keeps events as long as the page or process lives. */
export class MemoryStore implements EventLog {
  readonly kind = 'memory';
  private events: StoredEvent[] = [];
  private lastSeq = 0;

  append(events: readonly TimedEvent[]): Promise<StoredEvent[]> {
    const stored = events.map((event) => ({ ...event, seq: ++this.lastSeq }));
    this.events.push(...stored);
    return Promise.resolve(stored);
  }

  readAfter(seq: number): Promise<StoredEvent[]> {
    return Promise.resolve(this.events.filter((event) => event.seq > seq));
  }

  count(): Promise<number> {
    return Promise.resolve(this.events.length);
  }

  forgetItem(item: string): Promise<void> {
    this.events = this.events.filter((event) => event.item !== item);
    return Promise.resolve();
  }

  erase(): Promise<void> {
    this.events = [];
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
