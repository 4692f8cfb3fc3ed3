// Does what the test's plan says until its browser is killed, and tells the test of each step.
import type { Recommender } from '../../../web/index.js';
import { randomNumbers } from '../../browser/sample-data.js';
import { batches, CATALOGUE_ITEMS, eventOf, type NumberedEvent } from '../events.js';
import { ADDRESS, type Plan, type Told } from '../messages.js';

const { inkling, sample, problems } = window.test;
/** So many calls of record() are under way at once, at most. */
const MOST_IN_FLIGHT = 4;
const ANNOUNCED_AT_ONCE = 200;

async function tell(message: Told): Promise<Plan> {
  const response = await fetch(ADDRESS, { method: 'POST', body: JSON.stringify(message) });
  return response.json() as Promise<Plan>;
}

/** Sends what is acknowledged at once; what comes while a message is on its way goes with the next. */
const acknowledged = {
  waiting: [] as [number, number][],
  sending: false,
  async add(start: number, end: number) {
    this.waiting.push([start, end]);
    if (this.sending) return;
    this.sending = true;
    while (this.waiting.length > 0) {
      await tell({ kind: 'acknowledged', ranges: this.waiting.splice(0) });
    }
    this.sending = false;
  },
};

const openRecommender = (name: string, storage?: 'memory') =>
  inkling.Recommender.open({
    name,
    catalog: sample.sampleCatalogue(CATALOGUE_ITEMS),
    model: '/model.safetensors',
    ...(storage && { storage }),
  });

/** Everything that is computed from the events. */
async function conclusions(recommender: Recommender): Promise<Record<string, unknown>> {
  return {
    'the list': await recommender.recommend({ k: 1000 }),
    'the list with what was met': await recommender.recommend({ k: 1000, excludeSeen: false }),
    'the list of a query': await recommender.recommend({ k: 50, query: 'story from the desert' }),
    'the profile': await recommender.profile(),
  };
}

/** How what the recommender concludes differs from what one concludes that has never stopped. */
async function compare(main: Recommender, name: string, events: NumberedEvent[]) {
  const twin = await openRecommender(name, 'memory');
  if (events.length > 0) await twin.record(events);
  const [found, expected] = [await conclusions(main), await conclusions(twin)];
  await twin.close();
  const texts = (of: unknown) => JSON.stringify(of);
  const different = Object.keys(expected)
    .filter((key) => texts(found[key]) !== texts(expected[key]))
    .map((key) => `${key}: ${texts(found[key])} instead of ${texts(expected[key])}`);
  if (main.info().storage.kind !== 'indexeddb') {
    different.push(`storage: ${main.info().storage.degraded}`);
  }
  return { different, compared: Object.keys(expected).length };
}

async function live(plan: Plan): Promise<void> {
  const random = randomNumbers(plan.seed);
  await tell({ kind: 'opening' });
  let main = await openRecommender(plan.name);
  const exported = await (await main.exportData()).text();
  const { events } = JSON.parse(exported) as { events: NumberedEvent[] };
  await tell({ kind: 'found', exported, ...(await compare(main, plan.name, events)) });
  if (plan.erase) {
    await tell({ kind: 'erasing' });
    await main.erase();
    const text = await (await main.exportData()).text();
    await tell({ kind: 'erased', left: JSON.parse(text).events.length });
  }

  const inFlight = new Set<Promise<void>>();
  const itemsInFlight = new Map<string, number>();
  const count = (items: readonly string[], by: 1 | -1) => {
    for (const item of items) itemsInFlight.set(item, (itemsInFlight.get(item) ?? 0) + by);
  };
  let forgetting: { item: string; done: Promise<void> } | undefined;
  let next = plan.first;
  let announced = plan.first;

  const send = (size: number) => {
    const start = next;
    const sent = Array.from({ length: size }, (_, n) => eventOf(start + n));
    next += size;
    const items = sent.map(({ item }) => item);
    count(items, 1);
    const recording = main.record(size === 1 ? (sent[0] as NumberedEvent) : sent).then(() => {
      count(items, -1);
      inFlight.delete(recording);
      void acknowledged.add(start, start + size);
    });
    inFlight.add(recording);
  };

  const forget = async (item: string) => {
    await tell({ kind: 'forgetting', item, end: next });
    await main.edit({ forget: { item } });
    await tell({ kind: 'forgot', item });
    forgetting = undefined;
  };

  for (const size of batches(plan.seed)) {
    if (next + size > plan.first + plan.most) break;
    if (next + size > announced) {
      announced = Math.max(announced + ANNOUNCED_AT_ONCE, next + size);
      await tell({ kind: 'announced', end: announced });
    }
    // Events of an item that is being forgotten wait: whether they are forgotten too would be anybody's guess.
    const upcoming = Array.from({ length: size }, (_, n) => eventOf(next + n).item);
    if (forgetting && upcoming.includes(forgetting.item)) await forgetting.done;
    send(size);
    // All that failed is told; the first failure ends the page's work.
    if (inFlight.size >= MOST_IN_FLIGHT) await Promise.race(inFlight);

    const chance = random();
    if (chance < 0.1) await new Promise((resolve) => setTimeout(resolve, random() * 20));
    else if (chance < 0.14) await main.recommend({ k: 10 });
    else if (chance < 0.15) await main.profile();
    else if (chance < 0.17 && !forgetting) {
      const { item } = eventOf(plan.first + Math.floor(random() * (next - plan.first)));
      if (!itemsInFlight.get(item)) forgetting = { item, done: forget(item) };
    } else if (chance < 0.175) {
      await forgetting?.done;
      await Promise.all(inFlight);
      await tell({ kind: 'closing' });
      await main.close();
      main = await openRecommender(plan.name);
    }
  }
  await forgetting?.done;
  await Promise.all(inFlight);
  await tell({ kind: 'finished' });
}

addEventListener('unhandledrejection', ({ reason }) => {
  void tell({ kind: 'failed', message: String(reason?.message ?? reason) });
});

try {
  await live(await tell({ kind: 'loaded' }));
  if (problems.length > 0) await tell({ kind: 'failed', message: problems.join('; ') });
} catch (error) {
  await tell({ kind: 'failed', message: error instanceof Error ? `${error.message}` : `${error}` });
}
