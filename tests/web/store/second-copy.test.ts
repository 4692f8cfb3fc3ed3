import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { promisifyRequest } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connection, databaseName } from '../../../web/store/database.js';
import { EventLog } from '../../../web/store/event-log.js';
import { PersonStore } from '../../../web/store/person-store.js';

/** Storage buckets as Chromium has them. */
class Buckets {
  readonly all = new Map<string, { indexedDB: IDBFactory }>();
  broken = false;

  keys = async () => [...this.all.keys()];
  open = async (name: string) => {
    if (this.broken) throw new DOMException('no bucket', 'UnknownError');
    const bucket = this.all.get(name) ?? { indexedDB: new IDBFactory() };
    this.all.set(name, bucket);
    return bucket;
  };
}

const NAME = 'a person';
let buckets: Buckets;
/** What Chromium says, when a database is made, of one that was there. */
let dataLoss: 'none' | 'total';
Object.defineProperty(IDBVersionChangeEvent.prototype, 'dataLoss', { get: () => dataLoss });

const left: { close(): Promise<void> }[] = [];

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  buckets = new Buckets();
  dataLoss = 'none';
  vi.stubGlobal('navigator', { storageBuckets: buckets });
});

afterEach(async () => {
  await Promise.all(left.splice(0).map((each) => each.close()));
  vi.unstubAllGlobals();
});

function connect(name = NAME): Connection {
  const connection = new Connection(name);
  left.push(connection);
  return connection;
}

const record = (connection: Connection, ...items: string[]) =>
  connection.write(() => ({ add: items.map((item) => ({ item })) }));

/** What is in a database, read without any of the code under test. */
async function contents(factory: globalThis.IDBFactory | undefined, name = NAME) {
  if (!(await factory?.databases())?.some((database) => database.name === databaseName(name))) {
    return null;
  }
  const db = await promisifyRequest((factory as globalThis.IDBFactory).open(databaseName(name)));
  const transaction = db.transaction(['events', 'meta']);
  const [events, keys] = await Promise.all([
    promisifyRequest(transaction.objectStore('events').getAll()),
    promisifyRequest(transaction.objectStore('meta').getAllKeys()),
  ]);
  db.close();
  return { events: events.map(({ seq, item }) => `${seq} ${item}`), meta: keys };
}

const inCopy = (name?: string) => contents(buckets.all.get('inkling')?.indexedDB, name);

/** What Chromium does to a database that it finds damaged. */
async function lose(factory: globalThis.IDBFactory | undefined, ...names: string[]): Promise<void> {
  await remove(factory, ...names);
  dataLoss = 'total';
}

/** What a person does with the browser's tools. */
async function remove(
  factory: globalThis.IDBFactory | undefined,
  ...names: string[]
): Promise<void> {
  await Promise.all(left.splice(0).map((each) => each.close()));
  for (const name of names.length > 0 ? names : [NAME]) {
    await promisifyRequest((factory as globalThis.IDBFactory).deleteDatabase(databaseName(name)));
  }
}

describe('a second copy', () => {
  test('has what cannot be made anew, at the same places', async () => {
    const connection = connect();
    await record(connection, 'a', 'b');
    await record(connection, 'c');
    await connection.write(() => ({ remove: [2], meta: { snapshot: '{}', swept: 1, key: 'k' } }));
    await connection.write(() => ({ put: [{ seq: 1, item: 'A' } as { seq: number }] }));
    expect(await inCopy()).toEqual({ events: ['1 A', '3 c'], meta: ['epoch', 'key'] });
    expect((await contents(indexedDB))?.events).toEqual(['1 A', '3 c']);
  });

  test('gives back what the browser has lost', async () => {
    const connection = connect();
    await record(connection, 'a', 'b', 'c');
    await connection.write(() => ({ remove: [2], meta: { preferences: 'p', snapshot: '{}' } }));
    const epoch = (each: Connection) =>
      each.read(({ meta }) => promisifyRequest(meta.get('epoch')));
    const before = await epoch(connection);
    await lose(indexedDB);
    const after = connect();
    await after.open();
    expect(await contents(indexedDB)).toEqual({
      events: ['1 a', '3 c'],
      meta: ['epoch', 'preferences'],
    });
    expect(await epoch(after)).not.toBe(before); // who has read before reads anew
    await record(after, 'd');
    expect((await inCopy())?.events).toEqual(['1 a', '3 c', '4 d']);
  });

  test('gives back what else was lost: at the next start nothing would tell', async () => {
    await record(connect(), 'a');
    await record(connect('another'), 'b');
    await lose(indexedDB, NAME, 'another');
    await connect('a third').open(); // which never had a copy
    dataLoss = 'none';
    expect((await contents(indexedDB))?.events).toEqual(['1 a']);
    expect((await contents(indexedDB, 'another'))?.events).toEqual(['1 b']);
    await record(connect('another'), 'c');
    expect((await inCopy('another'))?.events).toEqual(['1 b', '2 c']);
  });

  test('goes as soon as somebody removes the database while it is in use', async () => {
    const connection = connect();
    await record(connection, 'a');
    await promisifyRequest(indexedDB.deleteDatabase(databaseName(NAME)));
    await expect.poll(() => inCopy()).toBeNull();
    await record(connection, 'b');
    expect((await contents(indexedDB))?.events).toEqual(['1 b']);
    expect((await inCopy())?.events).toEqual(['1 b']);
  });

  test('does not bring back what somebody has removed: it goes too', async () => {
    await record(connect(), 'a');
    await remove(indexedDB);
    const connection = connect();
    await connection.open();
    expect((await contents(indexedDB))?.events).toEqual([]);
    expect(await inCopy()).toBeNull();
    await record(connection, 'b');
    expect((await inCopy())?.events).toEqual(['1 b']);
  });

  test('gives it back at the next start where the browser ended in the middle', async () => {
    await record(connect(), 'a');
    await lose(indexedDB);
    const real = indexedDB.open.bind(indexedDB);
    const ended = vi
      .spyOn(indexedDB, 'open')
      .mockImplementationOnce(real) // finds nothing
      .mockImplementationOnce(() => {
        throw new Error('the browser has ended');
      });
    await expect(connect().open()).rejects.toMatchObject({ code: 'storage_unavailable' });
    ended.mockRestore();
    dataLoss = 'none';
    const connection = connect();
    await connection.open();
    expect((await contents(indexedDB))?.events).toEqual(['1 a']);
    await record(connection, 'b');
    expect(await inCopy()).toEqual({ events: ['1 a', '2 b'], meta: ['epoch'] });
    expect((await contents(indexedDB))?.meta).toEqual(['epoch']);
  });

  test('is not taken for removed where two tabs begin anew at once', async () => {
    await record(connect(), 'a');
    await lose(indexedDB);
    await Promise.all([connect().open(), connect().open()]);
    await record(connect(), 'b');
    expect((await contents(indexedDB))?.events).toEqual(['1 a', '2 b']);
    expect((await inCopy())?.events).toEqual(['1 a', '2 b']);
  });

  test('is made of what was stored before there was one, and anew when it was lost', async () => {
    vi.stubGlobal('navigator', {});
    await record(connect(), 'a', 'b');
    vi.stubGlobal('navigator', { storageBuckets: buckets });
    await record(connect(), 'c');
    expect((await inCopy())?.events).toEqual(['1 a', '2 b', '3 c']);
    await lose(buckets.all.get('inkling')?.indexedDB);
    await record(connect(), 'd');
    expect((await inCopy())?.events).toEqual(['1 a', '2 b', '3 c', '4 d']);
  });

  test('is made anew when it was cut off: events too few, too many, or of another time', async () => {
    await record(connect(), 'a', 'b', 'c');
    for (const [index, spoil] of [
      (events: IDBObjectStore) => events.delete(1),
      (events: IDBObjectStore) => events.put({ seq: -5, item: 'x' }),
      (_: IDBObjectStore, meta: IDBObjectStore) => meta.put(0.5, 'epoch'),
    ].entries()) {
      await Promise.all(left.splice(0).map((each) => each.close()));
      const factory = buckets.all.get('inkling')?.indexedDB as globalThis.IDBFactory;
      const db = await promisifyRequest(factory.open(databaseName(NAME)));
      const transaction = db.transaction(['events', 'meta'], 'readwrite');
      spoil(transaction.objectStore('events'), transaction.objectStore('meta'));
      await promisifyRequest(transaction);
      db.close();
      await record(connect(), `${index}`);
      expect(await inCopy()).toEqual(await contents(indexedDB));
    }
    expect((await inCopy())?.events).toEqual(['1 a', '2 b', '3 c', '4 0', '5 1', '6 2']);
  });

  test('does not keep a connection open that another tab has asked for while the copy was looked at', async () => {
    for (const use of [
      (connection: Connection) => record(connection, 'b'),
      (connection: Connection) => connection.read(({ events }) => promisifyRequest(events.count())),
    ]) {
      await record(connect(), 'a');
      await Promise.all(left.splice(0).map((each) => each.close()));
      const connection = connect();
      const { keys } = buckets;
      let asked = 0;
      buckets.keys = async () => {
        if (asked++ < 3) await promisifyRequest(indexedDB.deleteDatabase(databaseName(NAME)));
        return keys();
      };
      await use(connection); // as after an erasure: not through a connection that is closed
      buckets.keys = keys;
      expect(asked).toBeGreaterThan(0);
      await record(connection, 'c');
      expect((await contents(indexedDB))?.events.at(-1)).toMatch(/c$/);
      await connection.erase();
    }
  });

  test('is erased with the rest; those of others stay', async () => {
    const [one, other] = [connect(), connect('another')];
    await record(one, 'a');
    await record(other, 'b');
    await one.erase();
    expect(await inCopy()).toBeNull();
    expect((await inCopy('another'))?.events).toEqual(['1 b']);
    expect(await one.read(() => Promise.resolve('read'))).toBeNull();
    await record(one, 'c');
    expect((await inCopy())?.events).toEqual(['1 c']);
    await one.erase();
    await other.erase();
    expect(await buckets.all.get('inkling')?.indexedDB.databases()).toEqual([]);
    expect(await indexedDB.databases()).toEqual([]);
  });

  test('begins anew with the first event after another tab has erased', async () => {
    const [one, other] = [connect(), connect()];
    await record(one, 'a');
    await record(other, 'b');
    await one.erase();
    await record(other, 'c');
    expect((await inCopy())?.events).toEqual(['1 c']);
  });

  test('is not waited for where there can be none: events are stored all the same', async () => {
    buckets.broken = true;
    const connection = connect();
    await record(connection, 'a');
    expect((await contents(indexedDB))?.events).toEqual(['1 a']);
    buckets.broken = false;
    await record(connection, 'b');
    expect((await inCopy())?.events).toEqual(['1 a', '2 b']);
  });

  test('is not made by reading', async () => {
    expect(await connect().read(() => Promise.resolve('read'))).toBeNull();
    expect(await buckets.keys()).toEqual([]);
  });

  test('holds what is encrypted only so, and the key: the log goes on', async () => {
    const open = async () => {
      const log = await EventLog.open(NAME, { encryption: true }, async () => true);
      left.push(log);
      return log;
    };
    const log = await open();
    await log.append([{ item: 'a', type: 'like', at: 1 }]);
    expect((await inCopy())?.events).toEqual(['1 undefined']);
    await lose(indexedDB);
    const { key } = await open();
    const store = new PersonStore(NAME, key);
    left.push(store);
    expect(await store.all()).toEqual([{ seq: 1, item: 'a', type: 'like', at: 1 }]);
  });
});
