import 'fake-indexeddb/auto';
import { promisifyRequest } from 'idb-keyval';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Connection, databaseName } from '../../../web/store/database.js';

let count = 0;
const freshName = () => `database test ${++count}`;
const names = async () => (await indexedDB.databases()).map((database) => database.name);

afterEach(() => vi.restoreAllMocks());

/** The database as version 1 of its layout was: release 0.1.0 wrote it. */
async function makeVersion1(name: string, events: readonly object[]): Promise<void> {
  const request = indexedDB.open(databaseName(name), 1);
  request.onupgradeneeded = () => {
    const options = { keyPath: 'seq', autoIncrement: true };
    request.result.createObjectStore('events', options).createIndex('item', 'item');
  };
  const db = await promisifyRequest(request);
  const transaction = db.transaction('events', 'readwrite');
  for (const event of events) transaction.objectStore('events').add(event);
  await promisifyRequest(transaction);
  db.close();
}

describe('a connection', () => {
  test('reads nothing and makes nothing where there is no database', async () => {
    const name = freshName();
    const connection = new Connection(name);
    expect(await connection.read(() => Promise.resolve('read'))).toBeNull();
    await connection.write(() => ({ meta: { swept: 1 } }), false);
    expect(await names()).not.toContain(databaseName(name));
    await connection.close();
  });

  test('keeps events of version 1 and their places, and goes on after them', async () => {
    const name = freshName();
    await makeVersion1(name, [
      { item: 'a', type: 'like', at: 1 },
      { item: 'b', type: 'rate', value: 4, at: 2 },
    ]);
    const connection = new Connection(name);
    await connection.open();
    await connection.write(() => ({ add: [{ item: 'c', type: 'view', at: 3 }] }));
    const found = await connection.read(async ({ events, meta }) => ({
      events: await promisifyRequest(events.getAll()),
      indexes: [...events.indexNames],
      epoch: await promisifyRequest(meta.get('epoch')),
    }));
    expect(found?.events).toEqual([
      { item: 'a', type: 'like', at: 1, seq: 1 },
      { item: 'b', type: 'rate', value: 4, at: 2, seq: 2 },
      { item: 'c', type: 'view', at: 3, seq: 3 },
    ]);
    expect(found?.indexes).toEqual([]);
    expect(found?.epoch).toEqual(expect.any(Number));
    await connection.close();
  });

  test('refuses what a newer release has written, and leaves it there', async () => {
    const name = freshName();
    const newer = await promisifyRequest(indexedDB.open(databaseName(name), 99));
    newer.close();
    const connection = new Connection(name);
    await expect(connection.open()).rejects.toMatchObject({
      code: 'unsupported_version',
      message: expect.stringContaining('newer release'),
    });
    const [database] = (await indexedDB.databases()).filter(
      (each) => each.name === databaseName(name),
    );
    expect(database?.version).toBe(99);
    await connection.close();
  });

  test('writes all or nothing', async () => {
    const connection = new Connection(freshName());
    const failing = connection.write(({ events }) => {
      events.add({ item: 'a' });
      throw new Error('in the middle');
    });
    await expect(failing).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(await connection.read(({ events }) => promisifyRequest(events.count()))).toBe(0);
    await connection.close();
  });

  test('lets go when another one erases, and begins anew with the next event', async () => {
    const name = freshName();
    const [one, other] = [new Connection(name), new Connection(name)];
    const add = (connection: Connection, item: string) =>
      connection.write(() => ({ add: [{ item }] }));
    await add(one, 'a');
    await add(other, 'b');
    await one.erase();
    expect(await names()).not.toContain(databaseName(name));
    expect(await other.read(() => Promise.resolve('read'))).toBeNull();
    await add(other, 'c');
    const items = await one.read(({ events }) => promisifyRequest(events.getAll()));
    expect(items).toEqual([{ item: 'c', seq: 1 }]);
    await Promise.all([one.close(), other.close()]);
  });

  test('erases a database that it cannot read', async () => {
    const name = freshName();
    (await promisifyRequest(indexedDB.open(databaseName(name), 99))).close();
    const connection = new Connection(name);
    await connection.erase();
    expect(await names()).not.toContain(databaseName(name));
    await connection.close();
  });

  test('says why when storage is denied', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    await expect(new Connection(freshName()).open()).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringMatching(/cannot be opened.*SecurityError.*allow it/),
    });
  });
});
