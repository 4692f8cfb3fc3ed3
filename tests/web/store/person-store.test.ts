import 'fake-indexeddb/auto';
import { promisifyRequest } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { historyOf, type StoredEvent } from '../../../web/engine/history.js';
import { EventLog, type TimedEvent } from '../../../web/store/event-log.js';
import { PersonStore, type State } from '../../../web/store/person-store.js';
import type { Retention } from '../../../web/types.js';

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;
const canStore = () => Promise.resolve(true);
let count = 0;
let name = '';
const stores: PersonStore[] = [];
let log: EventLog;

beforeEach(async () => {
  name = `person store test ${++count}`;
  log = await EventLog.open(name, {}, canStore);
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const store of stores.splice(0)) await store.close();
  await log.close();
});

function open(retention?: Retention, key: CryptoKey | null = null): PersonStore {
  const store = new PersonStore(name, key, retention);
  stores.push(store);
  return store;
}

/** `number` events of `items` items, of all types, at times that go up and down. */
function manyEvents(number: number, items = number): TimedEvent[] {
  const types = ['view', 'click', 'like', 'dislike', 'rate', 'hide', 'purchase'] as const;
  return Array.from({ length: number }, (_, n) => {
    const type = types[(n * 5) % 7] as (typeof types)[number];
    const item = `item ${(n * 7919) % items}`;
    const at = NOW - ((n * 31) % 1000) * 1000;
    return type === 'rate' ? { item, type, value: 1 + (n % 5), at } : { item, type, at };
  });
}

const told = (state: State) => [state.history.items(), state.history.count];
const inDatabase = async <T>(store: 'events' | 'meta', key?: string) =>
  (await log.connection?.read((stores) =>
    promisifyRequest(key ? stores[store].get(key) : stores[store].getAll()),
  )) as T;

const snapshotInDatabase = async () =>
  JSON.parse(await inDatabase<string>('meta', 'snapshot')) as object;

describe('reading', () => {
  test('begins with nothing where there is no database, and makes none', async () => {
    await log.erase();
    const state = await open().read(null);
    expect(told(state)).toEqual([[], 0]);
    expect((await indexedDB.databases()).map((each) => each.name)).not.toContain(`inkling:${name}`);
  });

  test('takes in what was added, once', async () => {
    const store = open();
    const events = manyEvents(40, 15);
    let state = await store.read(null);
    for (let n = 0; n < events.length; n += 8) {
      await log.append(events.slice(n, n + 8));
      state = await store.read(state);
      state = await store.read(state);
    }
    expect(told(state)).toEqual([historyOf(events).items(), 40]);
  });

  test('begins anew when something was removed, here or elsewhere', async () => {
    const [store, other] = [open(), open()];
    const events = manyEvents(20, 5);
    await log.append(events);
    const before = await store.read(null);
    await other.remove((all) => all.slice(0, 3));
    const after = await store.read(before);
    expect(after).not.toBe(before);
    expect(told(after)).toEqual([historyOf(events.slice(3)).items(), 17]);
  });

  test('begins anew when the database was erased and made again, though there are as many events', async () => {
    const store = open();
    await log.append([{ item: 'a', type: 'like', at: 1 }]);
    const before = await store.read(null);
    await log.erase();
    await log.append([{ item: 'b', type: 'like', at: 1 }]);
    const after = await store.read(before);
    expect(after.history.items().map(({ item }) => item)).toEqual(['b']);
  });
});

describe('a snapshot', () => {
  test('makes opening as good as reading all, and shorter', async () => {
    const events = manyEvents(600, 200);
    await log.append(events.slice(0, 500));
    const writer = open();
    await writer.tend(await writer.read(null), NOW);
    await log.append(events.slice(500));
    const getAll = vi.spyOn(IDBObjectStore.prototype, 'getAll');
    const state = await open().read(null);
    expect(told(state)).toEqual([historyOf(events).items(), 600]);
    const [range] = getAll.mock.calls[0] ?? [];
    expect((range as IDBKeyRange).lower).toBe(500);
  });

  test.each([
    ['of other rules', { rules: 'others' }],
    ['of another format', { format: 99 }],
    ['of another time', { epoch: 0.5 }],
  ])('%s is not used', async (_, change) => {
    const events = manyEvents(300);
    await log.append(events);
    const store = open();
    await store.tend(await store.read(null), NOW);
    const snapshot = await snapshotInDatabase();
    expect(snapshot).toMatchObject({ cursor: 300 });
    const changed = JSON.stringify({ ...snapshot, ...change, count: 7 });
    await log.connection?.write(() => ({ meta: { snapshot: changed } }));
    expect(told(await open().read(null))).toEqual([historyOf(events).items(), 300]);
  });

  test('goes with the events that were removed', async () => {
    await log.append(manyEvents(300));
    const store = open();
    await store.tend(await store.read(null), NOW);
    await store.remove((events) => events.slice(0, 1));
    expect(await inDatabase('meta', 'snapshot')).toBeUndefined();
    expect((await open().read(null)).history.count).toBe(299);
  });

  test('is not kept when something was removed while it was made', async () => {
    await log.append(manyEvents(300));
    const [store, other] = [open(), open()];
    const state = await store.read(null);
    await other.remove((events) => events.slice(0, 1));
    await store.tend(state, NOW);
    expect(await inDatabase('meta', 'snapshot')).toBeUndefined();
  });

  test('does not bring an erased database back', async () => {
    await log.append(manyEvents(300));
    const store = open();
    const state = await store.read(null);
    await log.erase();
    await store.tend(state, NOW);
    expect((await indexedDB.databases()).map((each) => each.name)).not.toContain(`inkling:${name}`);
  });

  test('is made when there is enough that is new', async () => {
    await log.append(manyEvents(255));
    const store = open();
    let state = await store.read(null);
    await store.tend(state, NOW);
    expect(await inDatabase('meta', 'snapshot')).toBeUndefined();
    await log.append(manyEvents(1));
    state = await store.read(state);
    await store.tend(state, NOW);
    expect(await snapshotInDatabase()).toMatchObject({ cursor: 256 });
  });
});

describe('retention', () => {
  const at = (days: number) => ({ item: `${days}`, type: 'like' as const, at: NOW - days * DAY });
  const items = async () => (await inDatabase<StoredEvent[]>('events')).map(({ item }) => item);

  test('by days removes what is older, before the first list', async () => {
    await log.append([at(40), at(5), at(31), at(29)]);
    const store = open({ days: 30 });
    await store.sweepIfDue(NOW);
    expect(await items()).toEqual(['5', '29']);
  });

  test('by days is looked at once a day', async () => {
    const store = open({ days: 30 });
    await store.sweepIfDue(NOW);
    await log.append([at(40)]);
    await store.sweepIfDue(NOW + DAY - 1);
    expect(await items()).toEqual(['40']);
    await store.sweepIfDue(NOW + DAY);
    expect(await items()).toEqual([]);
  });

  test('by number keeps the newest', async () => {
    await log.append([at(5), at(4), at(3), at(2), at(1)]);
    const store = open({ events: 3 });
    await store.tend(await store.read(null), NOW);
    expect(await items()).toEqual(['3', '2', '1']);
  });

  test('by number goes by the time of events, not by when they came', async () => {
    await log.append([at(2), at(1), at(900), at(800)]);
    const store = open({ events: 2 });
    await store.tend(await store.read(null), NOW);
    expect(await items()).toEqual(['2', '1']);
  });

  test('leaves everything where nothing was asked for', async () => {
    await log.append([at(4000), at(1)]);
    const store = open();
    await store.sweepIfDue(NOW);
    await store.tend(await store.read(null), NOW);
    expect(await items()).toEqual(['4000', '1']);
  });
});

test('of very many events those that decide nothing are removed, and no list changes', async () => {
  const events = manyEvents(20_100, 900);
  await log.append(events);
  const store = open();
  const before = await store.read(null);
  const all = before.history.items();
  await store.tend(before, NOW);
  const after = await store.read(before);
  expect(after.history.items()).toEqual(all);
  expect(after.history.count).toBe(900);
  expect(await inDatabase<unknown[]>('events')).toHaveLength(900);
}, 60_000);

test('of very many impressions those that count are left, in the log and in a snapshot, and no list changes', async () => {
  const shown = Array.from({ length: 20_100 }, (_, n) => ({
    item: `item ${n % 700}`,
    type: 'impression' as const,
    at: n,
  }));
  const liked = [1, 2, 3].map((n) => ({ item: `item ${n}`, type: 'like' as const, at: 30_000 }));
  await log.append([...shown, ...liked]);
  const store = open();
  const before = await store.read(null);
  const toldBy = ({ history }: typeof before) =>
    history.shown().sort((one, other) => one.item.localeCompare(other.item));
  const told = toldBy(before);
  expect(told).toHaveLength(697);
  await store.tend(before, NOW);
  const after = await store.read(before);
  expect(toldBy(after)).toEqual(told);
  expect(after.history.count).toBe(697 * 8 + 3);
  await store.tend(after, NOW);
  expect(toldBy(await open().read(null))).toEqual(told);
}, 60_000);

test('what decides is told by places that are far apart, too', async () => {
  const events = manyEvents(20_100, 900);
  await log.append(events);
  const store = open();
  await store.remove((all) => all.filter(({ seq }) => seq % 400 === 0)); // so that places are no counting numbers
  const before = await store.read(null);
  const all = before.history.items();
  await store.tend(before, NOW);
  expect((await store.read(before)).history.items()).toEqual(all);
}, 60_000);

test('nothing is removed by places of a log that was erased meanwhile', async () => {
  await log.append(manyEvents(3));
  const store = open();
  let looks = 0;
  await store.remove((all) => {
    looks++;
    return all.filter(({ item }) => item === 'item 0');
  });
  expect(looks).toBe(1);
  const read = vi.spyOn(IDBObjectStore.prototype, 'getAll');
  const removing = store.remove((all) => {
    looks++;
    return all.filter(({ at }) => at !== 5);
  });
  await expect.poll(() => read.mock.calls.length).toBeGreaterThan(0);
  await log.erase();
  await log.append([{ item: 'new', type: 'like', at: 5 }]);
  await removing;
  const left = await inDatabase<StoredEvent[]>('events');
  expect(left.map(({ item }) => item)).toEqual(['new']);
});

describe('encryption', () => {
  const newKey = () =>
    crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const SECRET = 'a very private item';
  const secret = { item: SECRET, type: 'like' as const, at: 5 };

  /** Everything in the database as text. */
  async function asText(): Promise<string> {
    const all = [await inDatabase<object[]>('events'), await inDatabase<object[]>('meta')];
    const text = (value: unknown): unknown =>
      value instanceof ArrayBuffer || ArrayBuffer.isView(value)
        ? Buffer.from(value as ArrayBuffer).toString('latin1')
        : value;
    return JSON.stringify(all, (_, value) => text(value));
  }

  test('leaves nothing that can be read without the key: events, topics, snapshot', async () => {
    await log.close();
    const key = await newKey();
    log = await EventLog.open(name, { encryption: key }, canStore);
    expect(log.storage).toEqual({ kind: 'indexeddb', encrypted: true });
    await log.append([secret, ...manyEvents(300)]);
    const store = open({}, key);
    await store.add([], { muted: ['a private topic'], preferred: [] });
    const state = await store.read(null);
    await store.tend(state, NOW);
    expect(await inDatabase('meta', 'snapshot')).toBeDefined();
    const text = await asText();
    for (const word of [SECRET, 'private', 'item', 'like']) expect(text).not.toContain(word);
    const again = await open({}, key).read(null);
    expect(told(again)).toEqual([historyOf([secret, ...manyEvents(300)]).items(), 301]);
    expect(again.preferences).toEqual({ muted: ['a private topic'], preferred: [] });
  });

  test('takes in what was plain, though a snapshot knows it already: events, topics, snapshot', async () => {
    await log.append([secret, ...manyEvents(300)]);
    const plain = open();
    await plain.add([], { muted: ['a private topic'], preferred: [] });
    await plain.tend(await plain.read(null), NOW);
    const key = await newKey();
    const store = open({}, key);
    const state = await store.read(null);
    await store.tend(state, NOW);
    await store.tend(await store.read(state), NOW);
    const text = await asText();
    for (const word of [SECRET, 'private', 'item', 'like']) expect(text).not.toContain(word);
    const again = await open({}, key).read(null);
    expect(told(again)).toEqual([historyOf([secret, ...manyEvents(300)]).items(), 301]);
    expect(again.preferences.muted).toEqual(['a private topic']);
  });

  test('takes in what stayed plain beside what is sealed', async () => {
    await log.append([secret]);
    await log.close();
    const key = await newKey();
    log = await EventLog.open(name, { encryption: key }, canStore);
    await log.append(manyEvents(2));
    const store = open({}, key);
    await store.tend(await store.read(null), NOW);
    expect(await asText()).not.toContain(SECRET);
    expect((await store.all()).map(({ item }) => item)).toEqual([SECRET, 'item 0', 'item 1']);
  });

  test('with another key, or none, says so and reads nothing', async () => {
    await log.close();
    log = await EventLog.open(name, { encryption: await newKey() }, canStore);
    await log.append([secret]);
    for (const key of [await newKey(), null]) {
      await expect(open({}, key).read(null)).rejects.toMatchObject({
        code: 'storage_unavailable',
        message: expect.stringMatching(/encrypted.*Recommender\.erase/),
      });
    }
    expect(await inDatabase<unknown[]>('events')).toHaveLength(1);
  });

  test('with a key of its own needs none to be given, and the key cannot be read', async () => {
    await log.close();
    log = await EventLog.open(name, { encryption: true }, canStore);
    await log.append([secret]);
    expect(log.key?.extractable).toBe(false);
    const second = await EventLog.open(name, { encryption: true }, canStore);
    await second.append([{ ...secret, item: 'b' }]);
    await second.close();
    const { history } = await open().read(null);
    expect(history.items().map(({ item }) => item)).toEqual(['b', SECRET]);
    expect(await asText()).not.toContain(SECRET);
  });

  test('comes over what was stored before, and no list changes', async () => {
    await log.append([secret, ...manyEvents(50)]);
    await log.close();
    const key = await newKey();
    log = await EventLog.open(name, { encryption: key }, canStore);
    const store = open({}, key);
    const before = await store.read(null);
    expect(await asText()).toContain(SECRET);
    await store.tend(before, NOW);
    expect(await asText()).not.toContain(SECRET);
    const after = await store.read(before);
    expect(told(after)).toEqual([historyOf([secret, ...manyEvents(50)]).items(), 51]);
  });
});
