import { promisifyRequest } from 'idb-keyval';
import { InklingError } from '../errors.js';

/**
 * Version of the layout. 1: `events` with an index by item. 2: `events` without one, and `meta`:
 *
 * - `epoch`: a number that is another one whenever something but appending was done
 * - `preferences`, `snapshot`, `swept`, `key`: where there are such
 */
const SCHEMA_VERSION = 2;

export type MetaKey = 'epoch' | 'preferences' | 'snapshot' | 'swept' | 'key';

/** How long other tabs may take to let go of a database that is to be erased. */
const ERASE_TIMEOUT_MS = 5000;

export function databaseName(name: string): string {
  return `inkling:${name}`;
}

/** Any other than the last. */
export const newEpoch = Math.random;

/** The two stores within a transaction. */
export interface Stores {
  events: IDBObjectStore;
  meta: IDBObjectStore;
}

/**
 * A connection to the database of a name, made when it is needed and again after it was taken away. Reading makes no
 * database where there is none.
 */
export class Connection {
  private db: IDBDatabase | null = null;
  private closed = false;
  /** Openings follow one another, so that there is never a second connection. */
  private opening: Promise<unknown> = Promise.resolve();
  /**
   * Settles when the last transaction has. A connection closes only after its transactions: in WebKit, one whose
   * worker is ended between the two stays open for ever, and nobody can erase the database.
   */
  private last: Promise<unknown> = Promise.resolve();

  /** Opens nothing yet. */
  constructor(readonly name: string) {}

  /** @throws InklingError `storage_unavailable` (denied, broken) or `unsupported_version` (a newer release wrote it) */
  async open(): Promise<void> {
    await this.connect(true, 'cannot be opened');
  }

  /** Null where there is no database. @throws InklingError `storage_unavailable`, `unsupported_version` */
  read<T>(work: (stores: Stores) => Promise<T>): Promise<T | null> {
    return this.run('readonly', 'cannot be read', work);
  }

  /** All or nothing, and on the disk when it resolves. @throws InklingError `storage_unavailable`, `unsupported_version` */
  async write<T>(work: (stores: Stores) => Promise<T> | T): Promise<T> {
    return (await this.run('readwrite', 'cannot be written', work)) as T;
  }

  /** The same for what makes no sense without what is there: null where there is no database. */
  change<T>(work: (stores: Stores) => Promise<T> | T): Promise<T | null> {
    return this.run('readwrite', 'cannot be written', work, false);
  }

  /** Removes the database and all that is in it. @throws InklingError `storage_unavailable` */
  async erase(): Promise<void> {
    // Whatever becomes of the database, nothing of the person is left in it. One that cannot be read is removed unread.
    const clearing = this.change(({ events, meta }) => {
      events.clear();
      meta.clear();
    });
    const cleared = await clearing.then(
      () => true,
      () => false,
    );
    this.letGo();
    try {
      await inTime(promisifyRequest(indexedDB.deleteDatabase(databaseName(this.name))));
    } catch (cause) {
      throw storageError(
        cleared ? cause : `${cause}, and before it failed ${await clearing.catch(String)}`,
        'cannot be erased',
      );
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.opening.catch(() => {});
    await this.last;
    this.letGo();
  }

  private async run<T>(
    mode: 'readonly' | 'readwrite',
    what: string,
    work: (stores: Stores) => Promise<T> | T,
    create = mode === 'readwrite',
  ): Promise<T | null> {
    for (let tries = 0; ; tries++) {
      const db = await this.connect(create, what);
      if (!db) return null;
      try {
        const transaction = db.transaction(['events', 'meta'], mode, { durability: 'strict' });
        const done = promisifyRequest(transaction);
        this.last = done.catch(() => {});
        const stores = {
          events: transaction.objectStore('events'),
          meta: transaction.objectStore('meta'),
        };
        let result: T;
        try {
          result = await work(stores);
        } catch (error) {
          abort(transaction);
          throw error;
        }
        await done;
        return result;
      } catch (cause) {
        // Another tab has asked for the database between two steps of this one.
        const gone = (cause as Error | null)?.name === 'InvalidStateError' && db !== this.db;
        if (!gone || tries > 0) throw storageError(cause, what);
      }
    }
  }

  /** The connection, made if there is none; null where there is no database and none is to be made. */
  private connect(create: boolean, what: string): Promise<IDBDatabase | null> {
    const connecting = this.opening
      .catch(() => {})
      .then(async () => {
        if (this.closed) throw new DOMException('the store is closed', 'InvalidStateError');
        this.db ??= await openDatabase(this.name, create, (db) => this.letGo(db));
        return this.db;
      })
      .catch((cause: unknown) => {
        throw storageError(cause, what);
      });
    this.opening = connecting;
    return connecting;
  }

  private letGo(db = this.db): void {
    db?.close();
    if (this.db === db) this.db = null;
  }
}

/** @param letGo called when another tab wants to erase or upgrade, which would wait for ever, or when it was taken away */
async function openDatabase(
  name: string,
  create: boolean,
  letGo: (db: IDBDatabase) => void,
): Promise<IDBDatabase | null> {
  if (!create && !(await exists(name))) return null;
  const request = indexedDB.open(databaseName(name), SCHEMA_VERSION);
  request.onupgradeneeded = ({ oldVersion }) => {
    const { result: db, transaction } = request;
    if (oldVersion < 1) db.createObjectStore('events', { keyPath: 'seq', autoIncrement: true });
    else transaction?.objectStore('events').deleteIndex('item');
    db.createObjectStore('meta').put(newEpoch(), 'epoch' satisfies MetaKey);
  };
  const db = await promisifyRequest(request);
  db.onversionchange = () => letGo(db);
  db.onclose = () => letGo(db);
  return db;
}

/** True too where a browser is too old to tell. */
async function exists(name: string): Promise<boolean> {
  const databases = (await indexedDB.databases?.()) ?? [{ name: databaseName(name) }];
  return databases.some((database) => database.name === databaseName(name));
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself.
  }
}

function inTime(work: Promise<unknown>): Promise<unknown> {
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
  if (cause instanceof InklingError) return cause;
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'VersionError') {
    return new InklingError(
      'unsupported_version',
      `the stored events were written by a newer release of inkling; update this page's copy (schema ${SCHEMA_VERSION})`,
      { cause },
    );
  }
  const cures: Record<string, string> = {
    QuotaExceededError: 'the disk or the quota is full: free space',
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
