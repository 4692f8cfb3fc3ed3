import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BROWSERS, type Tab } from './browser.js';
import { setStage } from './stage.js';

const EVENTS_EACH = 1000;
/** Clocks of two tabs may be so far apart, and so coarse. */
const CLOCK_MS = 5;

/** What a tab has recorded, with the times between which each call was under way. */
interface Recorded {
  item: string;
  at: number;
  before: number;
  after: number;
}

interface Stored {
  item: string;
  at: number;
}

declare global {
  interface Window {
    /** Work that goes on while the other tab has its turn. */
    work: Promise<unknown> | undefined;
  }
}

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);
  let person = '';
  let tests = 0;
  let other: Tab;
  let tabs: [Tab, Tab];

  beforeAll(async () => {
    other = await stage.browser.openTab();
    tabs = [stage.browser, other];
  });

  const openIn = async (tab: Tab) => {
    await stage.visit(stage.isolated, 'index.html', tab);
    await tab.evaluate(async (recommenderName) => {
      const { inkling, sample, open } = window.test;
      open.main = await inkling.Recommender.open({
        name: recommenderName,
        catalog: sample.sampleCatalogue(),
      });
    }, person);
  };

  beforeEach(async () => {
    person = `two tabs ${tests++}`;
    for (const tab of tabs) await openIn(tab);
  });

  afterEach(async () => {
    for (const tab of tabs) await stage.expectNoProblems(tab);
  });

  /** Begins to record in a tab, at a moment when the other has begun too. Its events have times of their own. */
  const beginRecording = (
    tab: Tab,
    sender: number,
    startAt: number,
    { count = EVENTS_EACH, together = false } = {},
  ) =>
    tab.evaluate(
      (from, start, many, waits) => {
        const record = async (): Promise<Recorded[]> => {
          const { main } = window.test.open;
          const now = () => performance.timeOrigin + performance.now();
          const channel = new BroadcastChannel('recorded');
          const otherHasBegun = new Promise<void>((resolve) => {
            channel.onmessage = () => resolve();
          });
          await new Promise((resolve) => setTimeout(resolve, start - Date.now()));
          const recorded: Recorded[] = [];
          const types = ['view', 'like', 'click', 'dislike'] as const;
          const under = new Set<Promise<void>>();
          for (let n = 0; n < many; ) {
            // One or three at once, up to four calls under way.
            const size = Math.min(n % 5 === 0 ? 3 : 1, many - n);
            const events = Array.from({ length: size }, (_, m) => ({
              item: `item-${(7 * (n + m) + from) % 150}`,
              type: types[(n + m) % types.length] as (typeof types)[number],
              at: 1_600_000_000_000 + from * 1_000_000 + n + m,
            }));
            if (waits && n >= 20) await otherHasBegun;
            n += size;
            const before = now();
            const call = main?.record(size === 1 ? (events[0] as never) : events).then(() => {
              const after = now();
              for (const { item, at } of events) recorded.push({ item, at, before, after });
              channel.postMessage(recorded.length);
              under.delete(call);
            }) as Promise<void>;
            under.add(call);
            if (under.size >= 4) await Promise.race(under);
          }
          await Promise.all(under);
          channel.close();
          return recorded;
        };
        window.work = record();
        window.work.catch(() => {}); // told by whoever waits for it
      },
      sender,
      startAt,
      count,
      together,
    );

  const recordedBy = (tab: Tab) => tab.evaluate(() => window.work) as Promise<Recorded[]>;

  const storedFor = (tab: Tab) =>
    tab.evaluate(async () => {
      const text = await (await window.test.open.main?.exportData())?.text();
      return JSON.parse(text ?? '').events;
    }) as Promise<Stored[]>;

  /** All that a tab makes of the events. */
  const conclusionsOf = (tab: Tab) =>
    tab.evaluate(async () => {
      const { main } = window.test.open;
      return {
        profile: await main?.profile(),
        list: await main?.recommend({ k: 1000 }),
        met: await main?.recommend({ k: 1000, excludeSeen: false }),
        query: await main?.recommend({ k: 20, query: 'story from the desert' }),
      };
    });

  /** What a recommender makes of these events that never was in two tabs. */
  const conclusionsFrom = (events: Stored[]) =>
    stage.browser.evaluate(async (all) => {
      const { inkling, sample } = window.test;
      const twin = await inkling.Recommender.open({
        catalog: sample.sampleCatalogue(),
        storage: 'memory',
      });
      await twin.record(all as never);
      const conclusions = {
        profile: await twin.profile(),
        list: await twin.recommend({ k: 1000 }),
        met: await twin.recommend({ k: 1000, excludeSeen: false }),
        query: await twin.recommend({ k: 20, query: 'story from the desert' }),
      };
      await twin.close();
      return conclusions;
    }, events);

  const times = (events: readonly { at: number }[]) => events.map(({ at }) => at);
  const sorted = (numbers: number[]) => [...numbers].sort((a, b) => a - b);
  const soon = () => Date.now() + 400;

  /** Both tabs, and a page loaded anew, make the same of what is stored. */
  const expectOneTruth = async () => {
    const stored = await storedFor(tabs[0]);
    expect(await storedFor(tabs[1])).toEqual(stored);
    const expected = await conclusionsFrom(stored);
    for (const tab of tabs) expect(await conclusionsOf(tab)).toEqual(expected);
    await openIn(tabs[1]);
    expect(await conclusionsOf(tabs[1])).toEqual(expected);
    expect(await tabs[1].evaluate(() => window.test.open.main?.info().events)).toBe(stored.length);
    return stored;
  };

  test('two tabs that record 1,000 events each at once have 2,000, and the same lists', async () => {
    const start = soon();
    await beginRecording(tabs[0], 0, start, { together: true });
    await beginRecording(tabs[1], 1, start, { together: true });
    const recorded = [await recordedBy(tabs[0]), await recordedBy(tabs[1])] as const;
    const began = recorded.map((events) => Math.min(...events.map(({ before }) => before)));
    const ended = recorded.map((events) => Math.max(...events.map(({ after }) => after)));
    expect(Math.max(...began), 'the tabs recorded one after the other').toBeLessThan(
      Math.min(...ended),
    );
    const stored = times(await expectOneTruth());
    expect(sorted(stored)).toEqual(sorted(recorded.flatMap(times)));
    expect(new Set(stored).size).toBe(2 * EVENTS_EACH);
    for (const sender of [0, 1]) {
      const own = stored.filter((at) => Math.floor((at % 10_000_000) / 1_000_000) === sender);
      expect(own).toHaveLength(EVENTS_EACH);
      expect(own).toEqual(sorted(own));
    }
  });

  test('a tab that asks for lists all the time gets them, and loses none of its own events', async () => {
    const start = soon();
    await beginRecording(tabs[0], 0, start);
    const asked = await tabs[1].evaluate(async (startAt) => {
      const { main } = window.test.open;
      await new Promise((resolve) => setTimeout(resolve, startAt - Date.now()));
      let lists = 0;
      let events = 0;
      let falling = 0;
      for (let n = 0; n < 100; n++) {
        await main?.record({ item: `item-${n}`, type: 'view', at: 1_600_001_000_000 + n });
        lists += (await main?.recommend({ k: 10 }))?.length === 10 ? 1 : 0;
        const known = (await main?.profile())?.events ?? 0;
        if (known < events) falling++;
        events = known;
      }
      return { lists, falling };
    }, start);
    const recorded = await recordedBy(tabs[0]);
    expect(asked).toEqual({ lists: 100, falling: 0 });
    const stored = times(await expectOneTruth());
    const own = Array.from({ length: 100 }, (_, n) => 1_600_001_000_000 + n);
    expect(sorted(stored)).toEqual(sorted([...times(recorded), ...own]));
  });

  test('an item forgotten in one tab takes no other event of the other tab with it', async () => {
    const start = soon();
    await beginRecording(tabs[0], 0, start);
    const forgotten = await tabs[1].evaluate(async (startAt) => {
      const { main } = window.test.open;
      const now = () => performance.timeOrigin + performance.now();
      await new Promise((resolve) => setTimeout(resolve, startAt - Date.now()));
      const calls: { item: string; before: number; after: number }[] = [];
      for (let n = 0; n < 20; n++) {
        const before = now();
        await main?.edit({ forget: { item: `item-${n}` } });
        calls.push({ item: `item-${n}`, before, after: now() });
      }
      return calls;
    }, start);
    const recorded = await recordedBy(tabs[0]);
    const stored = new Set(times(await expectOneTruth()));
    const wrong = recorded.filter(({ item, at, before, after }) => {
      const call = forgotten.find((each) => each.item === item);
      if (!call || before > call.after + CLOCK_MS) return !stored.has(at);
      return after < call.before - CLOCK_MS && stored.has(at);
    });
    expect(wrong).toEqual([]);
    expect(stored.size).toBeLessThanOrEqual(EVENTS_EACH);
  });

  test('everything erased in one tab while the other records: what is recorded afterwards stays', async () => {
    await tabs[1].evaluate(() => {
      const channel = new BroadcastChannel('recorded');
      // Of three tenths of the events; the others are recorded while they are erased, or afterwards.
      window.work = new Promise<void>((resolve) => {
        channel.onmessage = ({ data }) => {
          if (data >= 300) resolve();
        };
      }).then(() => channel.close());
    });
    await beginRecording(tabs[0], 0, Date.now());
    const erased = await tabs[1].evaluate(async () => {
      const { main } = window.test.open;
      const now = () => performance.timeOrigin + performance.now();
      await window.work;
      const calls: { before: number; after: number }[] = [];
      for (let n = 0; n < 3; n++) {
        const before = now();
        await main?.erase();
        calls.push({ before, after: now() });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return calls;
    });
    // Surely after the last of them too.
    const first = await recordedBy(tabs[0]);
    await beginRecording(tabs[0], 2, Date.now(), { count: 50 });
    const recorded = [...first, ...(await recordedBy(tabs[0]))];
    const stored = new Set(times(await expectOneTruth()));
    const [begin, end] = [erased[0]?.before as number, erased.at(-1)?.after as number];
    const lost = recorded.filter(({ at, before }) => before > end + CLOCK_MS && !stored.has(at));
    const left = recorded.filter(({ at, after }) => after < begin - CLOCK_MS && stored.has(at));
    expect(lost).toEqual([]);
    expect(left).toEqual([]);
    expect(stored.size).toBeGreaterThanOrEqual(50);
    expect(first.filter(({ after }) => after < begin).length, 'erased too early').toBeGreaterThan(
      0,
    );
  });

  test('what both import at once is there once, and all topics that both mute are muted', async () => {
    const results = await Promise.all(
      tabs.map((tab, n) =>
        tab.evaluate(async (which) => {
          const { main } = window.test.open;
          const events = Array.from({ length: 200 }, (_, at) => ({
            item: `item-${at}`,
            type: 'like',
            at,
          }));
          const data = JSON.stringify({ format: 'inkling-events', version: 2, events });
          const imported = await main?.importData(data);
          const muting = Array.from({ length: 10 }, (_, topic) =>
            main?.edit({ mute: `topic ${which} ${topic}` }),
          );
          await Promise.all(muting);
          return imported?.added;
        }, n),
      ),
    );
    expect(results.sort((a, b) => Number(a) - Number(b))).toEqual([0, 200]);
    const profile = await other.evaluate(() => window.test.open.main?.profile());
    expect(profile?.events).toBe(200);
    expect(profile?.muted).toHaveLength(20);
  });
});
