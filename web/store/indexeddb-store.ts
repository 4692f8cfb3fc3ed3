import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb';
import type { StoredEvent } from '../engine/history.js';
import { InklingError } from '../errors.js';
import type { EventLog, TimedEvent } from './event-log.js';

/** Version of the database's layout. Each step up adds a case to `upgrade`. */
const SCHEMA_VERSION = 1;

interface Schema extends DBSchema {
  events: {
    key: number;
    value: StoredEvent;
    indexes: { item: string };
  };
}

export function databaseName(name: string): string {
  return `inkling:${name}`;
}

/** Keeps events in IndexedDB; each is on disk before it is acknowledged. */
export class IndexedDbStore implements EventLog {
  readonly kind = 'indexeddb';

  private constructor(
    private readonly db: IDBPDatabase<Schema>,
    private readonly name: string,
  ) {}

  /** @throws InklingError `storage_unavailable` (denied, broken) or `unsupported_version` (a newer release wrote it) */
  static async open(name: string): Promise<IndexedDbStore> {
    try {
      const db = await openDB<Schema>(databaseName(name), SCHEMA_VERSION, {
        upgrade(database, oldVersion) {
          if (oldVersion < 1) {
            const events = database.createObjectStore('events', {
              keyPath: 'seq',
              autoIncrement: true,
            });
            events.createIndex('item', 'item');
          }
        },
        // Another tab wants to erase or upgrade: let go, or it waits for ever.
        blocking(_current, _blocked, event) {
          (event.target as IDBDatabase).close();
        },
      });
      return new IndexedDbStore(db, name);
    } catch (cause) {
      throw storageError(cause, 'cannot be opened');
    }
  }

  async append(events: readonly TimedEvent[]): Promise<StoredEvent[]> {
    try {
      const transaction = this.db.transaction('events', 'readwrite', { durability: 'strict' });
      const keys = await Promise.all(
        // The key generator fills in seq.
        events.map((event) => transaction.store.add({ ...event } as StoredEvent)),
      );
      await transaction.done;
      return events.map((event, n) => ({ ...event, seq: keys[n] as number }));
    } catch (cause) {
      throw storageError(cause, 'cannot be written');
    }
  }

  async readAfter(seq: number): Promise<StoredEvent[]> {
    try {
      return await this.db.getAll('events', IDBKeyRange.lowerBound(seq, true));
    } catch (cause) {
      throw storageError(cause, 'cannot be read');
    }
  }

  count(): Promise<number> {
    return this.db.count('events');
  }

  async forgetItem(item: string): Promise<void> {
    try {
      const transaction = this.db.transaction('events', 'readwrite', { durability: 'strict' });
      const keys = await transaction.store.index('item').getAllKeys(item);
      await Promise.all(keys.map((key) => transaction.store.delete(key)));
      await transaction.done;
    } catch (cause) {
      throw storageError(cause, 'cannot be written');
    }
  }

  async erase(): Promise<void> {
    this.db.close();
    try {
      await deleteDB(databaseName(this.name));
    } catch (cause) {
      throw storageError(cause, 'cannot be erased');
    }
  }

  close(): void {
    this.db.close();
  }
}

function storageError(cause: unknown, what: string): InklingError {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'VersionError') {
    return new InklingError(
      'unsupported_version',
      `the stored events were written by a newer release of inkling; update this page's copy (schema ${SCHEMA_VERSION})`,
      { cause },
    );
  }
  const cures: Record<string, string> = {
    QuotaExceededError: 'the disk or the quota is full: free space, or open with storage: "memory"',
    SecurityError:
      "the browser denies storage (cookies blocked, or a sandboxed frame): allow it, or use storage: 'memory'",
  };
  const cure =
    cures[name] ?? "open with storage: 'memory', or close other tabs of this site and try again";
  return new InklingError(
    'storage_unavailable',
    `the event store ${what} (${name || String(cause)}); ${cure}`,
    { cause },
  );
}
