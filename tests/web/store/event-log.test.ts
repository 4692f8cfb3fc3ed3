import 'fake-indexeddb/auto';
import { promisifyRequest } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StoredEvent } from '../../../web/engine/history.js';
import { EventLog } from '../../../web/store/event-log.js';

const like = (item: string, at = 1) => ({ item, type: 'like' as const, at });
const canStore = () => Promise.resolve(true);
const cannotStore = () => Promise.resolve(false);
let count = 0;
const freshName = () => `event log test ${++count}`;

/** What is in the database of a log. */
async function stored(log: EventLog): Promise<StoredEvent[]> {
  const found = await log.connection?.read(({ events }) => promisifyRequest(events.getAll()));
  return (found ?? []) as StoredEvent[];
}

/** From now on writing fails, until the mock is restored. */
function fillDisk() {
  return vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('no space', 'QuotaExceededError');
  });
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a log in IndexedDB', () => {
  let log: EventLog;
  let heard: { loose: [StoredEvent[], boolean][]; written: number };
  beforeEach(async () => {
    log = await EventLog.open(freshName(), {}, canStore);
    heard = { loose: [], written: 0 };
    log.onLoose = (events, all) => heard.loose.push([[...events], all]);
    log.onWritten = () => heard.written++;
  });
  afterEach(() => log.close());

  test('keeps events in their order, ids exactly', async () => {
    const ids = ['__proto__', 'constructor', '', 'a-b', 'ab', '🦑', 'A', 'a', ' a'];
    await log.append(ids.map((id) => like(id)));
    expect((await stored(log)).map(({ item }) => item)).toEqual(ids);
    expect(log.storage).toEqual({ kind: 'indexeddb' });
    expect(heard).toEqual({ loose: [], written: 1 });
  });

  test('is written when it says so', async () => {
    const appending = log.append([like('a')]);
    let done = false;
    void appending.then(() => {
      done = true;
    });
    await Promise.resolve();
    expect(done).toBe(false);
    await appending;
    expect(await stored(log)).toHaveLength(1);
  });

  test('writes calls that come at once in few transactions', async () => {
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    const items = Array.from({ length: 50 }, (_, n) => `item ${n}`);
    await Promise.all(items.map((item) => log.append([like(item)])));
    const writes = transaction.mock.calls.filter(([, mode]) => mode === 'readwrite');
    expect(writes.length).toBeLessThanOrEqual(2);
    expect(writes[0]?.[2]).toEqual({ durability: 'strict' });
    expect((await stored(log)).map(({ item }) => item)).toEqual(items);
  });

  test('keeps events in memory while the disk is full, says so, and stores them first when there is space', async () => {
    const full = fillDisk();
    await log.append([like('a')]);
    await Promise.all([log.append([like('b')]), log.append([like('c')])]);
    expect(log.storage.degraded).toMatch(/3 events are kept in memory.*QuotaExceededError/);
    expect(log.loose.map(({ item }) => item)).toEqual(['a', 'b', 'c']);
    expect(heard.loose.flatMap(([events]) => events.map(({ item }) => item))).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(await stored(log)).toEqual([]);
    full.mockRestore();
    await log.append([like('d')]);
    expect((await stored(log)).map(({ item }) => item)).toEqual(['a', 'b', 'c', 'd']);
    expect(log.storage).toEqual({ kind: 'indexeddb' });
    expect(log.loose).toEqual([]);
    expect(heard.loose.at(-1)).toEqual([[], true]);
  });

  test('tries by itself whether there is space again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const full = fillDisk();
    await log.append([like('a')]);
    full.mockRestore();
    vi.advanceTimersByTime(10_000);
    vi.useRealTimers();
    await vi.waitFor(async () => expect(await stored(log)).toHaveLength(1));
    expect(log.storage.degraded).toBeUndefined();
  });

  test('stores what is in memory when it is closed, if it can by then', async () => {
    const full = fillDisk();
    await log.append([like('a')]);
    full.mockRestore();
    await log.close();
    const again = await EventLog.open(log.name, {}, canStore);
    expect((await stored(again)).map(({ item }) => item)).toEqual(['a']);
    await again.close();
  });

  test('keeps what is recorded after erasing has begun, and nothing of before', async () => {
    await log.append([like('a')]);
    const calls = [log.append([like('b')]), log.erase(), log.append([like('c')])];
    await Promise.all(calls);
    expect((await stored(log)).map(({ item }) => item)).toEqual(['c']);
  });

  test('erases while others record without a pause', async () => {
    let ended = false;
    const recording = (async () => {
      while (!ended) await log.append([like('a')]);
    })();
    await log.append([like('b')]);
    await log.erase();
    ended = true;
    await recording;
    expect((await stored(log)).length).toBeLessThanOrEqual(1);
  });

  test('forgets what is in memory when another tab has erased', async () => {
    const disk = fillDisk();
    await log.append([like('a')]);
    log.forgetLoose();
    disk.mockRestore();
    await log.append([like('b')]);
    expect((await stored(log)).map(({ item }) => item)).toEqual(['b']);
    expect(log.storage).toEqual({ kind: 'indexeddb' });
  });

  test('erases what is in memory too', async () => {
    const full = fillDisk();
    await log.append([like('a')]);
    full.mockRestore();
    await log.erase();
    expect(log.loose).toEqual([]);
    expect(log.storage).toEqual({ kind: 'indexeddb' });
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(
      `inkling:${log.name}`,
    );
  });
});

describe('opening a log', () => {
  test('goes on with the key of its database where nobody asks for encryption', async () => {
    const name = freshName();
    const sealed = await EventLog.open(name, { encryption: true }, canStore);
    await sealed.append([like('a')]);
    await sealed.close();
    const again = await EventLog.open(name, {}, canStore);
    await again.append([like('b')]);
    expect(again.storage).toEqual({ kind: 'indexeddb', encrypted: true });
    expect((await stored(again)).map(({ item }) => item)).toEqual([undefined, undefined]);
    await again.close();
  });

  test('keeps events across openings', async () => {
    const name = freshName();
    const first = await EventLog.open(name, {}, canStore);
    await first.append([like('a')]);
    await first.close();
    const again = await EventLog.open(name, {}, canStore);
    expect(await stored(again)).toHaveLength(1);
    await again.close();
  });

  test('works in memory where storage is denied, and says what it means', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const log = await EventLog.open(freshName(), {}, canStore);
    expect(log.storage).toMatchObject({
      kind: 'memory',
      degraded: expect.stringMatching(/kept in memory and end with this page.*SecurityError/),
    });
    await log.append([like('a')]);
    expect(log.loose).toMatchObject([{ item: 'a' }]);
    await log.close();
  });

  test('works in memory where it is asked to, or where there is no IndexedDB, and says nothing', async () => {
    for (const log of [
      await EventLog.open('m', { storage: 'memory' }, canStore),
      await EventLog.open('m', {}, cannotStore),
    ]) {
      expect(log.storage).toEqual({ kind: 'memory' });
      expect(log.connection).toBeNull();
      await log.close();
    }
  });

  test('refuses IndexedDB where there is none', async () => {
    await expect(EventLog.open('x', { storage: 'indexeddb' }, cannotStore)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining("storage: 'memory'"),
    });
  });

  test('passes a newer release’s database on as an error', async () => {
    const name = freshName();
    (await promisifyRequest(indexedDB.open(`inkling:${name}`, 99))).close();
    await expect(EventLog.open(name, {}, canStore)).rejects.toMatchObject({
      code: 'unsupported_version',
    });
  });

  test('asks for lasting storage only where it is told to', async () => {
    const persist = vi.fn(() => Promise.resolve(true));
    vi.stubGlobal('navigator', { storage: { persist } });
    try {
      const plain = await EventLog.open(freshName(), {}, canStore);
      expect(persist).not.toHaveBeenCalled();
      const asked = await EventLog.open(freshName(), { persist: true }, canStore);
      expect(asked.storage).toEqual({ kind: 'indexeddb', persisted: true });
      await Promise.all([plain.close(), asked.close()]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('refuses encryption where there is no WebCrypto', async () => {
    vi.stubGlobal('crypto', {});
    try {
      await expect(
        EventLog.open(freshName(), { encryption: true }, canStore),
      ).rejects.toMatchObject({
        code: 'unsupported_environment',
      });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
