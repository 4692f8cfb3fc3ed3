import type { StoredEvent } from '../engine/history.js';
import { InklingError } from '../errors.js';
import type { Info, InteractionEvent, OpenOptions } from '../types.js';
import { Connection } from './database.js';
import { ownKey, seal } from './sealing.js';

/** An event that is checked and has its time. */
export type TimedEvent = InteractionEvent & { at: number };

/** What is kept of events in the database: the event itself, or sealed; the key generator fills in `seq`. */
export async function recordsOf(
  events: readonly TimedEvent[],
  key: CryptoKey | null,
): Promise<readonly object[]> {
  return key ? Promise.all(events.map((event) => seal(key, event))) : events;
}

interface Waiting {
  events: readonly TimedEvent[];
  /** Something else that is done to the log, after what came before it and before what comes after it. */
  work?: () => void | Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

type Options = { [K in 'storage' | 'encryption' | 'persist']?: OpenOptions[K] | undefined };

/** Places of events that are only in memory come after those of all others. */
const FIRST_LOOSE_SEQ = 2 ** 50;
const RETRY_MS = 10_000;
const IN_MEMORY = 'Events are kept in memory and end with this page';

/**
 * The page's side of the person's events: writes them, each on disk before it is acknowledged. Where that cannot be, they
 * are kept in memory (loose), and written as soon as it can.
 */
export class EventLog {
  /** Events that are in no database. */
  loose: StoredEvent[] = [];
  private lastLoose = FIRST_LOOSE_SEQ;
  private waiting: Waiting[] = [];
  private writing: Promise<void> | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;

  /** Called with events that the worker cannot read: `all` of them, or one more each. */
  onLoose: (events: readonly StoredEvent[], all: boolean) => void = () => {};
  /** Called when the database has other events than before. */
  onWritten: () => void = () => {};

  private constructor(
    readonly name: string,
    readonly storage: Info['storage'],
    /** None where events are kept in memory. */
    readonly connection: Connection | null,
    readonly key: CryptoKey | null,
  ) {}

  /**
   * Opens the log of a name. Where IndexedDB is denied or broken, events are kept in memory and `storage.degraded`
   * says why: a person in a private window still gets recommendations.
   *
   * @throws InklingError `storage_unavailable` when IndexedDB is asked for where there is none at all;
   *   `unsupported_version` when a newer release has written there, which must not be overwritten;
   *   `unsupported_environment` when encryption is asked for where there is none
   */
  static async open(
    name: string,
    { storage: wanted, encryption = false, persist }: Options,
    canStore: (name: string) => Promise<boolean | string>,
  ): Promise<EventLog> {
    const can = wanted !== 'memory' && (await canStore(name));
    if (wanted === 'indexeddb' && can !== true) {
      throw new InklingError(
        'storage_unavailable',
        `storage: 'indexeddb' was asked for, and ${can || 'there is no IndexedDB here (Node has none)'}, or use storage: 'memory'`,
      );
    }
    const inMemory = (degraded: string | false) =>
      new EventLog(name, { kind: 'memory', ...(degraded && { degraded }) }, null, null);
    if (can !== true) return inMemory(can && `${IN_MEMORY}: ${can}.`);
    if (encryption && !globalThis.crypto?.subtle) {
      throw new InklingError(
        'unsupported_environment',
        'encryption takes WebCrypto, which only pages from https: or localhost have: serve the page so',
      );
    }
    const connection = new Connection(name);
    try {
      await connection.open();
      // What was encrypted once stays so.
      const key = ((typeof encryption === 'object' && encryption) ||
        (await ownKey(connection, encryption))) as CryptoKey | null;
      const persisted = persist && (await navigator.storage?.persist?.());
      const storage = {
        kind: 'indexeddb' as const,
        ...(key && { encrypted: true }),
        ...(persisted !== undefined && { persisted }),
      };
      return new EventLog(name, storage, connection, key);
    } catch (error) {
      void connection.close();
      if (!(error instanceof InklingError) || error.code !== 'storage_unavailable') throw error;
      return inMemory(`${IN_MEMORY}: ${error.message}`);
    }
  }

  /**
   * Resolves when the events are durable, or kept in memory where nothing can be written. Each call's events are
   * written together or not at all; calls that come while one is being written share the next transaction.
   */
  append(events: readonly TimedEvent[]): Promise<void> {
    return this.inTurn(events);
  }

  /** Takes away loose events; false when some were no longer loose. */
  async dropLoose(gone: ReadonlySet<number>): Promise<boolean> {
    let all = false;
    await this.inTurn([], () => {
      const before = this.loose.length;
      this.loose = this.loose.filter(({ seq }) => !gone.has(seq));
      all = before - this.loose.length === gone.size;
    });
    return all;
  }

  /** Removes everything, the database too. The next event begins anew. @throws InklingError `storage_unavailable` */
  erase(): Promise<void> {
    return this.inTurn([], async () => {
      this.forgetLoose();
      await this.connection?.erase();
    });
  }

  /** Another tab has erased. */
  forgetLoose(): void {
    this.loose = [];
    this.saved();
    this.onLoose([], true);
  }

  /** Resolves when nothing is held any more. The log cannot be used afterwards. */
  async close(): Promise<void> {
    if (this.connection && this.loose.length > 0) await this.append([]).catch(() => {});
    clearTimeout(this.retry);
    await this.writing;
    await this.connection?.close();
  }

  private inTurn(events: readonly TimedEvent[], work?: Waiting['work']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ events, ...(work && { work }), resolve, reject });
      this.writing ??= this.writeWaiting();
    });
  }

  private async writeWaiting(): Promise<void> {
    while (this.waiting.length > 0) {
      const next = this.waiting.findIndex(({ work }) => work);
      const calls = this.waiting.splice(0, next < 0 ? this.waiting.length : next || 1);
      try {
        if (calls[0]?.work) await calls[0].work();
        else await this.write(calls.flatMap((call) => call.events));
        for (const { resolve } of calls) resolve();
      } catch (error) {
        for (const { reject } of calls) reject(error);
      }
    }
    this.writing = null; // at once: who comes next must not wait for what is over
  }

  private async write(events: readonly TimedEvent[]): Promise<void> {
    const { connection, loose } = this;
    if (!connection) {
      this.keep(events);
      return;
    }
    try {
      // What could not be written before comes first.
      const all = [...loose.map(({ seq: _, ...event }) => event), ...events];
      const records = await recordsOf(all, this.key);
      await connection.write(() => ({ add: records }));
      if (loose.length > 0) {
        this.loose = [];
        this.onLoose([], true);
      }
      this.saved();
      this.onWritten();
    } catch (error) {
      if (!(error instanceof InklingError) || error.code !== 'storage_unavailable') throw error;
      this.keep(events);
      this.storage.degraded = `${this.loose.length} events are kept in memory until they can be stored, and end with this page: ${error.message}`;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => void this.append([]), RETRY_MS);
    }
  }

  private saved(): void {
    clearTimeout(this.retry);
    if (this.connection) delete this.storage.degraded;
  }

  private keep(events: readonly TimedEvent[]): void {
    const kept = events.map((event) => ({ ...event, seq: ++this.lastLoose }));
    for (const event of kept) this.loose.push(event);
    this.onLoose(kept, false);
  }
}
