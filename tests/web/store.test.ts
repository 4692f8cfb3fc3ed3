import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventLog } from '../../web/store/event-log.js';
import { databaseName, IndexedDbStore } from '../../web/store/indexeddb-store.js';
import { MemoryStore } from '../../web/store/memory-store.js';
import { openStore } from '../../web/store/open-store.js';

const like = (item: string, at = 1) => ({ item, type: 'like' as const, at });
let count = 0;

describe.each([
  ['memory', () => Promise.resolve(new MemoryStore())],
  ['indexeddb', () => IndexedDbStore.open(`test ${++count}`)],
] as [string, () => Promise<EventLog>][])('the %s store', (_, open) => {
  let log: EventLog;
  beforeEach(async () => {
    log = await open();
  });
  afterEach(() => log.close());

  test('gives every event its place and reads them back in order', async () => {
    const [a, b] = await log.append([like('a'), like('b')]);
    const [c] = await log.append([like('c')]);
    expect([a, b, c].map((event) => event?.item)).toEqual(['a', 'b', 'c']);
    const all = await log.readAfter(0);
    expect(all).toEqual([a, b, c]);
    expect(await log.readAfter(b?.seq as number)).toEqual([c]);
    expect(await log.count()).toBe(3);
  });

  test('forgets an item and nothing else', async () => {
    await log.append([like('a'), like('b'), like('a', 2)]);
    await log.forgetItem('a');
    expect((await log.readAfter(0)).map((event) => event.item)).toEqual(['b']);
  });

  test('keeps ids exactly', async () => {
    const ids = ['__proto__', 'constructor', '', 'a-b', 'ab', '🦑', 'A', 'a', ' a'];
    await log.append(ids.map((id) => like(id)));
    expect((await log.readAfter(0)).map((event) => event.item)).toEqual(ids);
  });
});

describe('openStore', () => {
  afterEach(() => vi.restoreAllMocks());

  test('keeps events across openings', async () => {
    const { log, storage } = await openStore('twice', undefined);
    expect(storage).toEqual({ kind: 'indexeddb' });
    await log.append([like('a')]);
    log.close();
    const again = await openStore('twice', undefined);
    expect(await again.log.count()).toBe(1);
    again.log.close();
  });

  test('erases the database itself', async () => {
    const { log } = await openStore('gone', undefined);
    await log.append([like('a')]);
    await log.erase();
    const names = (await indexedDB.databases()).map((database) => database.name);
    expect(names).not.toContain(databaseName('gone'));
  });

  test('goes on in memory where storage is denied, and says why', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const { log, storage } = await openStore('denied', 'indexeddb');
    expect(log.kind).toBe('memory');
    expect(storage.kind).toBe('memory');
    expect(storage.degraded).toMatch(/browser denies storage/);
    expect(storage.degraded).toMatch(/end with this page/);
  });

  test('does not touch what a newer release has stored', async () => {
    const newer = indexedDB.open(databaseName('newer'), 99);
    await new Promise((resolve) => {
      newer.onsuccess = resolve;
    });
    newer.result.close();
    await expect(openStore('newer', undefined)).rejects.toMatchObject({
      code: 'unsupported_version',
      message: expect.stringMatching(/newer release/),
    });
  });
});
