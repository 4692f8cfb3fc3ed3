import { History, type StoredEvent } from '../engine/history.js';
import type { TimedEvent } from '../store/event-log.js';
import {
  newEvents,
  type PersonData,
  readPersonData,
  writePersonData,
} from '../store/person-data.js';
import { PersonStore, type Preferences, type State } from '../store/person-store.js';
import type { Forget } from '../types.js';
import type { Calls, PersonSource } from './protocol.js';

/** The worker's view of one person: what is in the database, if there is one, and what is only in memory. */
export class Person {
  private readonly store: PersonStore | null;
  private state: State | null = null;
  private loose: StoredEvent[];
  /** State and loose events together, where there are loose ones; made when needed. */
  private both: History | null = null;
  private looseOnly: Preferences;
  private swept = false;
  /** Readings follow one another: each takes in what is new once. */
  private reading: Promise<unknown> = Promise.resolve();

  constructor({ database, loose, preferences }: PersonSource) {
    this.store = database && new PersonStore(database.name, database.key, database.retention);
    this.loose = [...loose];
    this.looseOnly = preferences;
  }

  addLoose(events: readonly StoredEvent[], all: boolean): void {
    if (all) {
      this.loose = [];
      this.both = null;
    }
    for (const event of events) {
      this.loose.push(event);
      this.both?.add(event);
    }
  }

  /** What is known now: what other tabs have done too. */
  now(): Promise<{ history: History; preferences: Preferences }> {
    const reading = this.reading.then(() => this.read());
    this.reading = reading.catch(() => {});
    return reading;
  }

  private async read(): ReturnType<Person['now']> {
    const { store } = this;
    if (store) {
      if (!this.swept) await store.sweepIfDue(Date.now());
      this.swept = true;
      const before = this.state && { state: this.state, count: this.state.history.count };
      this.state = await store.read(this.state);
      if (before?.state !== this.state || before.count !== this.state.history.count)
        this.both = null;
    }
    const { state, loose } = this;
    const preferences = state?.preferences ?? this.looseOnly;
    if (state && loose.length === 0) return { history: state.history, preferences };
    if (!this.both) {
      this.both = state?.history.copy() ?? new History();
      for (const event of loose) this.both.add(event);
    }
    return { history: this.both, preferences };
  }

  /** Housekeeping, for when nobody waits. */
  async tend(): Promise<void> {
    if (this.state) await this.store?.tend(this.state, Date.now());
  }

  edit(request: Calls['edit']['request']): Promise<Calls['edit']['result']> {
    return this.alone(() => this.editAlone(request));
  }

  private async editAlone({
    mute,
    prefer,
    neutral,
    forget,
  }: Calls['edit']['request']): Promise<Calls['edit']['result']> {
    let { preferences } = await this.now();
    const touched = new Set([...mute, ...prefer, ...neutral]);
    if (touched.size > 0) {
      const others = (topics: readonly string[]) => topics.filter((topic) => !touched.has(topic));
      preferences = {
        muted: [...others(preferences.muted), ...mute],
        preferred: [
          ...others(preferences.preferred),
          ...prefer.filter((topic) => !mute.includes(topic)),
        ],
      };
      await this.keep([], preferences);
    }
    if (!forget) return { forgotten: 0, gone: [], preferences };
    const matches = matcher(forget);
    const stored = (await this.store?.remove((events) => events.filter(matches))) ?? 0;
    const gone = this.loose.filter(matches).map(({ seq }) => seq);
    this.addLoose(
      this.loose.filter((event) => !matches(event)),
      true,
    );
    return { forgotten: stored + gone.length, gone, preferences };
  }

  async exportData(): Promise<Calls['exportData']['result']> {
    const { preferences } = await this.now();
    return { text: writePersonData(await this.all(), preferences) };
  }

  importData(text: string): Promise<Calls['importData']['result']> {
    const given = readPersonData(text);
    return this.alone(() => this.importAlone(given));
  }

  private async importAlone(given: PersonData): Promise<Calls['importData']['result']> {
    const { events } = given;
    const added = newEvents(await this.all(), events);
    let { preferences } = await this.now();
    // What was said on this device stays as it was said.
    const { muted, preferred } = preferences;
    const fresh = (topics: readonly string[]) =>
      topics.filter((topic) => !muted.includes(topic) && !preferred.includes(topic));
    const more = { muted: fresh(given.muted), preferred: fresh(given.preferred) };
    const changed = more.muted.length + more.preferred.length > 0;
    if (changed) {
      preferences = {
        muted: [...muted, ...more.muted],
        preferred: [...preferred, ...more.preferred],
      };
    }
    if (changed || added.length > 0) await this.keep(added, changed ? preferences : undefined);
    return {
      added: added.length,
      known: events.length - added.length,
      loose: this.store ? [] : added,
      preferences,
    };
  }

  /** Resolves when nothing is held any more. */
  async close(): Promise<void> {
    await this.store?.close();
  }

  private async keep(events: readonly TimedEvent[], preferences?: Preferences): Promise<void> {
    await this.store?.add(events, preferences);
    if (preferences) this.looseOnly = preferences;
  }

  /** One after the other, of all tabs. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    return this.store ? this.store.alone(work) : work();
  }

  async all(): Promise<StoredEvent[]> {
    return [...((await this.store?.all()) ?? []), ...this.loose];
  }
}

function matcher({ item, type, at, from, to }: Forget): (event: TimedEvent) => boolean {
  return (event) =>
    (item === undefined || event.item === item) &&
    (type === undefined || event.type === type) &&
    (at === undefined || event.at === Number(at)) &&
    (from === undefined || event.at >= Number(from)) &&
    (to === undefined || event.at < Number(to));
}
