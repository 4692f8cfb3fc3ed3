import { promisifyRequest } from 'idb-keyval';
import { InklingError } from '../errors.js';
import { canCopy, type Place, secondPlace, usualPlace } from './places.js';

/**
 * Version of the layout. 1: `events` with an index by item. 2: `events` without one, and `meta`:
 *
 * - `epoch`: a number that is another one whenever something but appending was done
 * - `preferences`, `snapshot`, `swept`, `key`: where there are such
 * - `lost`: in a copy, while what it is a copy of is being opened
 */
const SCHEMA_VERSION = 2;

export type MetaKey = 'epoch' | 'preferences' | 'snapshot' | 'swept' | 'key' | 'lost';
/** The others can be made anew. */
const COPIED: readonly MetaKey[] = ['epoch', 'preferences', 'key', 'lost'];

/** How long other tabs may take to let go of a database that is to be erased, or that is of an older layout. */
const TIMEOUT_MS = 5000;

const PREFIX = 'inkling:';

export function databaseName(name: string): string {
  return PREFIX + name;
}

function nameOf(databaseName: string): string {
  return databaseName.slice(PREFIX.length);
}

/** Any other than the last. */
export const newEpoch = Math.random;

/** The two stores within a transaction. */
export interface Stores {
  events: IDBObjectStore;
  meta: IDBObjectStore;
}

/** What is to be done in a transaction, in this order. */
export interface Change {
  /** Events that get the next places. */
  add?: readonly object[];
  /** Events at their places. */
  put?: readonly { seq: number }[];
  /** Places of events that go. */
  remove?: readonly number[];
  /** What is undefined goes. */
  meta?: { [K in MetaKey]?: unknown };
}

/** Says what is to be done, when it has looked what is there. */
type Decide = (stores: Stores) => Change | Promise<Change>;

/**
 * A connection to the database of a name, made when it is needed and again after it was taken away. Reading makes no
 * database where there is none. Where there is a second place, all but what can be made anew is copied there, and what
 * the browser says that it has lost comes back from there.
 */
export class Connection {
  private db: IDBDatabase | null = null;
  private readonly copy: Connection | null;
  /** The copy has been seen to be one. */
  private copied = false;
  /** The browser has lost what was there. */
  private lost: unknown;
  private closed = false;
  /** Openings follow one another, so that there is never a second connection. */
  private opening: Promise<unknown> = Promise.resolve();
  /**
   * Settles when the last transaction has. A connection closes only after its transactions: in WebKit, one whose
   * worker is ended between the two stays open for ever, and nobody can erase the database.
   */
  private last: Promise<unknown> = Promise.resolve();

  /** Opens nothing yet. */
  constructor(
    readonly name: string,
    private readonly place: Place = usualPlace,
  ) {
    this.copy = place === usualPlace && canCopy() ? new Connection(name, secondPlace) : null;
  }

  /** @throws InklingError `storage_unavailable` (denied, broken) or `unsupported_version` (a newer release wrote it) */
  async open(): Promise<void> {
    await this.connect(true, 'cannot be opened');
  }

  /** Null where there is no database. @throws InklingError `storage_unavailable`, `unsupported_version` */
  read<T>(work: (stores: Stores) => Promise<T>): Promise<T | null> {
    return this.run('readonly', 'cannot be read', work);
  }

  /**
   * All or nothing, and on the disk when it resolves.
   *
   * @param create false for what makes no sense without what is there
   * @throws InklingError `storage_unavailable`, `unsupported_version`
   */
  async write(decide: Decide, create = true): Promise<void> {
    await this.prepareCopy();
    const work = async (stores: Stores) => {
      const done = await apply(stores, await decide(stores));
      return { copying: this.addToCopy(done) }; // while this one is being committed
    };
    const { copying } = (await this.run('readwrite', 'cannot be written', work, create)) ?? {};
    if ((await copying) === false) await this.prepareCopy();
  }

  /** Removes the database and all that is in it. @throws InklingError `storage_unavailable` */
  async erase(): Promise<void> {
    // Whatever becomes of the database, nothing of the person is left in it. One that cannot be read is removed unread.
    const clear = ({ events, meta }: Stores) => {
      events.clear();
      meta.clear();
    };
    await this.run('readwrite', '', clear, false).catch(() => {});
    await this.copy?.erase();
    this.copied = false;
    this.letGo();
    try {
      const factory = await this.place(false);
      if (!factory) return;
      await inTime(promisifyRequest(factory.deleteDatabase(databaseName(this.name))));
    } catch (cause) {
      throw storageError(cause, 'cannot be erased');
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.opening.catch(() => {});
    await this.last;
    this.letGo();
    await this.copy?.close();
  }

  /** All but what can be made anew; null where there is no database. */
  private contents(): Promise<Change | null> {
    return this.read(async ({ events, meta }) => {
      const entries = COPIED.map(async (key) => [key, await promisifyRequest(meta.get(key))]);
      return {
        put: await promisifyRequest(events.getAll()),
        meta: Object.fromEntries(await Promise.all(entries)),
      };
    });
  }

  /** Before the first change: a copy that is not one, because one of the two was lost or cut off, is made anew. */
  private async prepareCopy(): Promise<void> {
    const { copy } = this;
    if (!copy || this.copied) return;
    const state = ({ events, meta }: Stores) =>
      Promise.all([promisifyRequest(events.count()), promisifyRequest(meta.get('epoch'))]);
    const same = async () => String(await copy.read(state)) === String(await this.read(state));
    try {
      // Once more where something was done meanwhile; who records without a pause is not waited for.
      for (let tries = 0; tries < 3 && !(await same()); tries++) {
        const { put = [], meta = {} } = (await this.contents()) ?? {};
        await copy.write(async ({ events, meta: there }) => {
          // Of the same epoch, what comes after the last one was added meanwhile, by another tab.
          const ours = (await promisifyRequest(there.get('epoch'))) === meta.epoch;
          events.delete(IDBKeyRange.upperBound(ours ? (put.at(-1)?.seq ?? 0) : Infinity));
          return { put, meta };
        });
      }
      this.copied = true;
    } catch {
      // The next time, then.
    }
  }

  /** @returns false where there is no copy that it could be added to */
  private async addToCopy({ put = [], remove = [], meta = {} }: Change): Promise<boolean> {
    const copied = Object.entries(meta).filter(([key]) => COPIED.includes(key as MetaKey));
    if (!this.copy || put.length + remove.length + copied.length === 0) return true;
    const change = { put, remove, meta: Object.fromEntries(copied) };
    const adding = this.copy.run('readwrite', '', (stores) => apply(stores, change), false);
    const added = (await adding.catch(() => null)) !== null;
    this.copied &&= added;
    return added;
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
        let result: T;
        try {
          result = await work(storesOf(transaction));
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
        let there = true; // once more where another tab has asked for it before it was of any use here
        while (!this.db && there) there = await this.openInTurn(create);
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

  /**
   * Where a copy is at stake, all take turns: what one finds half opened was left so by one that has ended, and what the
   * browser has lost is brought back by who hears of it.
   */
  private openInTurn(create: boolean): Promise<boolean> {
    const open = () => this.openDatabase(create);
    return this.copy && create ? alone('', open) : open();
  }

  /** @returns false where there is no database and none is to be made */
  private async openDatabase(create: boolean): Promise<boolean> {
    const factory = await this.place(create);
    if (!factory) return false;
    if (!create) {
      // In WebKit what is not made in the end is listed all the same. Where nobody can tell, see below. Chromium fails the
      // first time where it has just emptied everything; who opens then would be told of it, and make nothing of it.
      const all = await factory.databases?.().catch(() => factory.databases());
      if (all && !all.some(({ name }) => name === databaseName(this.name))) return false;
    }
    // Chromium says only once that it has lost something: should this start be cut off, the next one knows by the mark.
    const mark = (value?: true) =>
      this.copy
        ?.write(async ({ meta }) => {
          this.lost ||= value && (await promisifyRequest(meta.get('lost')));
          return { meta: { lost: value } };
        }, false)
        .catch(() => {});
    if (create) await mark(true);
    /** Undefined as long as nobody has looked. */
    let kept = (this.copy ? undefined : null) as Change | null | undefined;
    let anew = false;
    const open = async () => {
      const request = factory.open(databaseName(this.name), SCHEMA_VERSION);
      request.onupgradeneeded = (event) => {
        const { result, transaction } = request as {
          result: IDBDatabase;
          transaction: IDBTransaction;
        };
        if (event.oldVersion < 1) {
          anew = true;
          this.lost ||= (event as { dataLoss?: string }).dataLoss === 'total';
          if (!create || kept === undefined) return transaction.abort();
          result.createObjectStore('events', { keyPath: 'seq', autoIncrement: true });
        } else transaction.objectStore('events').deleteIndex('item');
        result.createObjectStore('meta');
        const found = this.lost ? kept : null;
        const meta = { ...found?.meta, epoch: newEpoch(), lost: undefined };
        void apply(storesOf(transaction), { ...found, meta });
      };
      const opening = promisifyRequest(request);
      return inTime(opening).catch((error: unknown) => {
        opening.then((late) => late.close()).catch(() => {});
        throw error;
      });
    };
    let db: IDBDatabase;
    try {
      db = await open();
    } catch (error) {
      if (!anew) throw error;
      if (!create) return false;
      kept = (await this.copy?.contents().catch(() => null)) ?? null;
      db = await open();
    }
    this.db = db;
    // Another tab wants to erase or upgrade, which would wait for ever; or it was taken away.
    db.onversionchange = ({ newVersion }) => {
      this.letGo(db);
      if (newVersion === null) void this.copy?.erase().catch(() => {});
    };
    db.onclose = () => this.letGo(db);
    if (anew && this.lost) await this.copy?.bringBackOthers().catch(() => {});
    // What a person, or the app, has removed must not come back.
    else if (kept) await this.copy?.erase().catch(() => {});
    this.lost = undefined;
    await mark();
    return true;
  }

  /** The browser has lost all databases at once, and tells so who opens the first. */
  private async bringBackOthers(): Promise<void> {
    const factory = await this.place(false);
    for (const { name } of (await factory?.databases()) ?? []) {
      const other = new Connection(nameOf(name as string));
      if (other.name === this.name) continue;
      other.lost = true;
      await other.openDatabase(true);
      await other.close();
    }
  }
}

function storesOf(transaction: IDBTransaction): Stores {
  return { events: transaction.objectStore('events'), meta: transaction.objectStore('meta') };
}

/** @returns the same for a copy: what was added has its place */
async function apply(
  { events, meta }: Stores,
  { add = [], put = [], remove = [], meta: values = {} }: Change,
): Promise<Change> {
  let last: IDBRequest | undefined;
  for (const record of add) last = events.add(record);
  for (const record of put) events.put(record);
  for (const seq of remove) events.delete(seq);
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) meta.delete(key);
    else meta.put(value, key);
  }
  if (!last) return { put, remove, meta: values };
  // A transaction's places follow one another.
  const first: number = (await promisifyRequest(last)) - add.length + 1;
  const added = add.map((record, index) => ({ ...record, seq: first + index }));
  return { put: [...put, ...added], remove, meta: values };
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself.
  }
}

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DOMException('another tab does not let go', 'TimeoutError')),
      TIMEOUT_MS,
    );
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}

/** While no other tab does something of that name; where there are no locks, transactions see to it that nothing is lost. */
export function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = (globalThis.navigator as Navigator | undefined)?.locks;
  return locks ? (locks.request(databaseName(name), work) as Promise<T>) : work();
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
    TimeoutError: 'another tab holds it: close other tabs of this site',
    SecurityError:
      "the browser denies storage (cookies blocked, or a sandboxed frame): allow it, or use storage: 'memory'",
  };
  const cure = cures[name] ?? "close other tabs of this site, or use storage: 'memory'";
  return new InklingError(
    'storage_unavailable',
    `the event store ${what} (${name || String(cause)}); ${cure}`,
    { cause },
  );
}
