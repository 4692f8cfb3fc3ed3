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

type Database = IDBPDatabase<Schema>;

/** How long other tabs may take to let go of a database that is to be erased. */
const ERASE_TIMEOUT_MS = 5000;

/**
 * Keeps events in IndexedDB; each is on disk before it is acknowledged. Where there is no database, reading finds
 * nothing and makes none; the first event makes it.
 */
export class IndexedDbStore implements EventLog {
  readonly kind = 'indexeddb';
  /** Rises when the database was erased or taken over, here or elsewhere: what was read before is void. */
  generation = 0;
  private db: Database | null = null;
  private closed = false;
  /** Openings follow one another, so that there is never a second connection. */
  private opening: Promise<unknown> = Promise.resolve();
  /**
   * Settles when the last transaction has. A connection closes only after its transactions: in WebKit, one whose
   * worker is ended between the two stays open for ever, and nobody can erase the database.
   */
  private lastRead: Promise<void> = Promise.resolve();

  /** Opens nothing yet. */
  constructor(private readonly name: string) {}

  /** @throws InklingError `storage_unavailable` (denied, broken) or `unsupported_version` (a newer release wrote it) */
  static async open(name: string): Promise<IndexedDbStore> {
    const store = new IndexedDbStore(name);
    await store.connect(true, 'cannot be opened');
    return store;
  }

  async append(events: readonly TimedEvent[]): Promise<StoredEvent[]> {
    const db = (await this.connect(true, 'cannot be written')) as Database;
    try {
      const transaction = db.transaction('events', 'readwrite', { durability: 'strict' });
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
    const db = await this.connect(false, 'cannot be read');
    try {
      if (db === null) return [];
      const { store, done } = db.transaction('events');
      this.lastRead = done.catch(() => {});
      return await store.getAll(IDBKeyRange.lowerBound(seq, true));
    } catch (cause) {
      throw storageError(cause, 'cannot be read');
    }
  }

  async count(): Promise<number> {
    const db = await this.connect(false, 'cannot be read');
    try {
      return (await db?.count('events')) ?? 0;
    } catch (cause) {
      throw storageError(cause, 'cannot be read');
    }
  }

  async forgetItem(item: string): Promise<void> {
    const db = await this.connect(false, 'cannot be written');
    if (db === null) return;
    try {
      const transaction = db.transaction('events', 'readwrite', { durability: 'strict' });
      const keys = await transaction.store.index('item').getAllKeys(item);
      await Promise.all(keys.map((key) => transaction.store.delete(key)));
      await transaction.done;
    } catch (cause) {
      throw storageError(cause, 'cannot be written');
    }
  }

  async erase(): Promise<void> {
    const db = await this.connect(false, 'cannot be erased');
    try {
      // Whatever becomes of the database, nothing of the person is left in it.
      await db?.clear('events');
      this.letGo();
      await inTime(deleteDB(databaseName(this.name)));
    } catch (cause) {
      throw storageError(cause, 'cannot be erased');
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.opening.catch(() => {});
    await this.lastRead;
    this.db?.close();
  }

  /** The connection, made if there is none; null where there is no database and none is to be made. */
  private connect(create: boolean, what: string): Promise<Database | null> {
    const connecting = this.opening
      .catch(() => {})
      .then(async () => {
        if (this.closed) throw new DOMException('the store is closed', 'InvalidStateError');
        this.db ??= await openDatabase(this.name, create, () => this.letGo());
        return this.db;
      })
      .catch((cause: unknown) => {
        throw storageError(cause, what);
      });
    this.opening = connecting;
    return connecting;
  }

  private letGo(): void {
    this.db?.close();
    this.db = null;
    this.generation++;
  }
}

/** @param letGo called when another tab wants to erase or upgrade: it would wait for ever otherwise */
async function openDatabase(
  name: string,
  create: boolean,
  letGo: () => void,
): Promise<Database | null> {
  if (!create && !(await exists(name))) return null;
  return openDB<Schema>(databaseName(name), SCHEMA_VERSION, {
    upgrade(database, oldVersion) {
      if (oldVersion < 1) {
        const events = database.createObjectStore('events', {
          keyPath: 'seq',
          autoIncrement: true,
        });
        events.createIndex('item', 'item');
      }
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      letGo();
    },
  });
}

/** True too where a browser is too old to tell. */
async function exists(name: string): Promise<boolean> {
  const databases = (await indexedDB.databases?.()) ?? [{ name: databaseName(name) }];
  return databases.some((database) => database.name === databaseName(name));
}

function inTime(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DOMException('another tab does not let go', 'TimeoutError')),
      ERASE_TIMEOUT_MS,
    );
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
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
    TimeoutError:
      'the events are gone, but another tab holds the empty database: close other tabs of this site',
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
