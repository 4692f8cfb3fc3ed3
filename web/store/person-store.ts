import { promisifyRequest } from 'idb-keyval';
import { HISTORY_RULES, History, type StoredEvent } from '../engine/history.js';
import type { Retention } from '../types.js';
import { alone, type Change, Connection, type MetaKey, newEpoch } from './database.js';
import { recordsOf, type TimedEvent } from './event-log.js';
import { isSealed, type Sealed, seal, unseal } from './sealing.js';

/** Topics in the person's own words: what must not come, and what should come more often. */
export interface Preferences {
  muted: readonly string[];
  preferred: readonly string[];
}

/** What the log comes to, up to a place. */
export interface State {
  /** Of the log when it was read; null where there is no database. */
  epoch: number | null;
  /** Place of the last event taken in. */
  cursor: number;
  history: History;
  preferences: Preferences;
}

/**
 * A history as it is stored, as JSON or sealed: a cache, made anew from the events where it does not fit. JSON is read
 * several times faster than as many objects.
 */
interface Snapshot {
  format: number;
  rules: string;
  epoch: number | null;
  cursor: number;
  count: number;
  /** Those that decide, in no order. */
  events: StoredEvent[];
}

type EventRecord = StoredEvent | (Sealed & { seq: number });

const SNAPSHOT_FORMAT = 1;
const DAY_MS = 86_400_000;
/** Above this many events, those that decide nothing any more are removed. */
const COMPACT_ABOVE = 20_000;

/** The worker's side of the person's database: reads it, removes from it, keeps a snapshot of what it comes to. */
export class PersonStore {
  private readonly connection: Connection;
  /** There is something as it was before there was a key. */
  private plain = false;
  /** How many events the snapshot knows, and how many the last sweep left. */
  private snapshotCount = 0;
  private sweptCount = 0;
  private tending: Promise<void> | null = null;

  constructor(
    private readonly name: string,
    private key: CryptoKey | null,
    private readonly retention: Retention = {},
  ) {
    this.connection = new Connection(name);
  }

  /**
   * What the log comes to now: `known` with what was added since, or, where something else was done to it, from the
   * snapshot or from its beginning.
   */
  async read(known: State | null): Promise<State> {
    for (let state = known; ; state = null) {
      state ??= await this.start();
      const { cursor } = state;
      const found = await this.connection.read(async ({ events, meta }) => {
        const added = recordsAfter(events, cursor); // asked for before the epoch has come: one way there and back
        return { epoch: await get<number>(meta, 'epoch'), added: await added };
      });
      if ((found?.epoch ?? null) !== state.epoch) continue;
      for (const event of await this.opened(found?.added ?? [])) {
        state.history.add(event);
        state.cursor = event.seq;
      }
      return state;
    }
  }

  /** Every event, in order. */
  async all(): Promise<StoredEvent[]> {
    const { events } = (await this.allRecords()) ?? { events: [] };
    return this.opened(events);
  }

  /** What reads and then changes: one tab at a time. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return alone(this.name, work);
  }

  /** All or nothing. @throws InklingError `storage_unavailable` */
  async add(events: readonly TimedEvent[], preferences?: Preferences): Promise<void> {
    const { key } = this;
    const add = await recordsOf(events, key);
    const kept = preferences && (key ? await seal(key, preferences) : preferences);
    await this.connection.write(() => ({
      add,
      ...(kept && { meta: { preferences: kept, epoch: newEpoch() } }),
    }));
  }

  /** Removes what is chosen of all events. @returns how many */
  async remove(choose: (events: StoredEvent[]) => readonly StoredEvent[]): Promise<number> {
    for (;;) {
      const found = await this.allRecords();
      const chosen = choose(await this.opened(found?.events ?? []));
      if (chosen.length === 0) return 0;
      // Not where everything was erased meanwhile: these places are then of other events.
      let done = false;
      await this.connection.write(async ({ meta }) => {
        done = (await get(meta, 'epoch')) === found?.epoch;
        return done ? { remove: chosen.map(({ seq }) => seq), meta: anew() } : {};
      }, false);
      if (done) return chosen.length;
    }
  }

  /** Before the first list: what is older than it may be is removed. */
  async sweepIfDue(now: number): Promise<void> {
    const swept = await this.connection.read(({ meta }) => get<number>(meta, 'swept'));
    if (this.retention.days !== undefined && now - (swept ?? 0) >= DAY_MS) await this.sweep(now);
  }

  /** What is done now and then, by one tab, while nobody waits. */
  tend(state: State, now: number): Promise<void> {
    const { count } = state.history;
    const { events = Infinity } = this.retention;
    const grown = count > COMPACT_ABOVE && count > 1.5 * this.sweptCount;
    const sweep = grown || count > events;
    const snapshot = count - this.snapshotCount >= Math.max(256, this.snapshotCount / 8);
    if (!(sweep || snapshot || this.plain)) return Promise.resolve();
    this.tending ??= this.alone(async () => {
      if (this.plain) await this.sealPlain();
      if (sweep) await this.sweep(now);
      if (snapshot) await this.keepSnapshot(state);
    }).finally(() => {
      this.tending = null;
    });
    return this.tending;
  }

  async close(): Promise<void> {
    await this.tending?.catch(() => {});
    await this.connection.close();
  }

  private async start(): Promise<State> {
    const found = await this.connection.read(async ({ meta }) => ({
      epoch: await get<number>(meta, 'epoch'),
      key: await get<CryptoKey>(meta, 'key'),
      preferences: await get<Preferences | Sealed>(meta, 'preferences'),
      snapshot: await get<string | Sealed>(meta, 'snapshot'),
    }));
    this.key ??= found?.key ?? null;
    const open = <T>(value: Sealed | T): Promise<T> | T => {
      if (isSealed(value)) return unseal<T>(this.key, value);
      this.plain ||= this.key !== null;
      return value;
    };
    const state: State = {
      epoch: found?.epoch ?? null,
      cursor: 0,
      history: new History(),
      preferences: found?.preferences
        ? await open(found.preferences)
        : { muted: [], preferred: [] },
    };
    const kept = found?.snapshot && (await open<Snapshot | string>(found.snapshot));
    const snapshot: Snapshot | undefined = typeof kept === 'string' ? JSON.parse(kept) : kept;
    if (
      snapshot?.format === SNAPSHOT_FORMAT &&
      snapshot.rules === HISTORY_RULES &&
      snapshot.epoch === state.epoch
    ) {
      for (const event of snapshot.events) state.history.add(event);
      state.history.count = snapshot.count;
      state.cursor = snapshot.cursor;
    }
    this.snapshotCount = state.history.count;
    return state;
  }

  private allRecords() {
    return this.connection.read(async ({ events, meta }) => ({
      epoch: await get<number>(meta, 'epoch'),
      preferences: await get<Preferences | Sealed>(meta, 'preferences'),
      events: await recordsAfter(events, 0),
    }));
  }

  private opened(records: readonly EventRecord[]): Promise<StoredEvent[]> | StoredEvent[] {
    const plain = records.filter((record): record is StoredEvent => !isSealed(record));
    this.plain ||= this.key !== null && plain.length > 0;
    if (plain.length === records.length) return plain;
    return Promise.all(
      records.map(async (record) => {
        if (!isSealed(record)) return record;
        return { ...(await unseal<TimedEvent>(this.key, record)), seq: record.seq };
      }),
    );
  }

  /** Removes what is too old or too much, and what decides nothing where there is much. */
  private async sweep(now: number): Promise<void> {
    const { days = Infinity, events = Infinity } = this.retention;
    await this.remove((all) => {
      const young = all.filter(({ at }) => at >= now - days * DAY_MS);
      const newest = young.sort((a, b) => b.at - a.at || b.seq - a.seq).slice(0, events);
      const left = new Set((newest.length > COMPACT_ABOVE ? deciding(newest) : newest).map(seqOf));
      this.sweptCount = left.size;
      return all.filter((event) => !left.has(seqOf(event)));
    });
    await this.connection.write(() => ({ meta: { swept: now } }), false);
  }

  /** Encrypts what was written before there was a key. */
  private async sealPlain(): Promise<void> {
    const found = await this.allRecords();
    const { key } = this;
    if (!found || !key) return;
    const put = await Promise.all(
      found.events
        .filter((record): record is StoredEvent => !isSealed(record))
        .map(async ({ seq, ...event }) => ({ seq, ...(await seal(key, event)) })),
    );
    const { preferences } = found;
    const sealed =
      !preferences || isSealed(preferences) ? preferences : await seal(key, preferences);
    // Where something else was done meanwhile: the next time, then.
    await this.connection.write(async ({ meta }) => {
      if ((await get(meta, 'epoch')) !== found.epoch) return {};
      this.plain = false;
      return { put, meta: { ...anew(), preferences: sealed } };
    }, false);
  }

  private async keepSnapshot({ epoch, cursor, history }: State): Promise<void> {
    const snapshot: Snapshot = {
      format: SNAPSHOT_FORMAT,
      rules: HISTORY_RULES,
      epoch,
      cursor,
      count: history.count,
      events: [...history.decidingEvents()],
    };
    this.snapshotCount = snapshot.count;
    const record = this.key ? await seal(this.key, snapshot) : JSON.stringify(snapshot);
    await this.connection.write(
      async ({ meta }) =>
        (await get(meta, 'epoch')) === epoch ? { meta: { snapshot: record } } : {},
      false,
    );
  }
}

const seqOf = ({ seq }: StoredEvent): number => seq;

function deciding(events: StoredEvent[]): StoredEvent[] {
  const history = new History();
  for (const event of events.sort((a, b) => a.seq - b.seq)) history.add(event);
  return [...history.decidingEvents()];
}

function recordsAfter(events: IDBObjectStore, cursor: number): Promise<EventRecord[]> {
  return promisifyRequest(events.getAll(IDBKeyRange.lowerBound(cursor, true)));
}

function get<T>(meta: IDBObjectStore, key: MetaKey): Promise<T | undefined> {
  return promisifyRequest(meta.get(key) as IDBRequest<T | undefined>);
}

/** For who has read before. */
function anew(): NonNullable<Change['meta']> {
  return { epoch: newEpoch(), snapshot: undefined };
}
