import type { Recommender } from '../../web/index.js';
import { itemId, randomNumbers } from '../browser/sample-data.js';

export const ITEMS = 10_000;

/** How often each call was made. */
export type Counts = Record<
  'record' | 'recommend' | 'query' | 'similar' | 'profile' | 'forget' | 'reload' | 'erase',
  number
>;

/** What the page offers the soak as `window.soak`. */
export interface Soak {
  open(): Promise<void>;
  /** Uses the recommender for some seconds, as a person would who never gets tired, and erases everything then. */
  work(seconds: number, round: number): Promise<Counts>;
  /** Events, and nothing else. */
  fill(count: number): Promise<void>;
  erase(): Promise<void>;
  memory(): number;
}

declare global {
  interface Window {
    soak: Soak;
  }
}

const PUBLIC = { catalog: '/catalogue.json', model: '/model.safetensors' };
const TYPES = ['view', 'like', 'click', 'dislike', 'purchase'] as const;

export function soakWith(open: (options: typeof PUBLIC) => Promise<Recommender>): Soak {
  let main: Recommender;
  const random = randomNumbers(12);
  const anItem = () => itemId(Math.floor(random() * ITEMS));
  const anEvent = () => ({
    item: anItem(),
    type: TYPES[Math.floor(random() * TYPES.length)] as (typeof TYPES)[number],
  });
  return {
    async open() {
      main = await open(PUBLIC);
    },
    async work(seconds, round) {
      const counts: Counts = {
        record: 0,
        recommend: 0,
        query: 0,
        similar: 0,
        profile: 0,
        forget: 0,
        reload: 0,
        erase: 0,
      };
      const end = performance.now() + seconds * 1000;
      for (let n = 1; performance.now() < end; n++) {
        const event = anEvent();
        await main.record(n % 10 === 0 ? [event, anEvent(), anEvent()] : event);
        counts.record++;
        const list = await main.recommend({ k: 20 });
        if (list.length !== 20) throw new Error(`a list of ${list.length} items`);
        counts.recommend++;
        if (n % 10 === 0) {
          await main.recommend({ k: 20, query: 'story from the desert' });
          counts.query++;
        }
        if (n % 12 === 0) {
          await main.similar(anItem(), { k: 10 });
          counts.similar++;
        }
        if (n % 25 === 0) {
          await main.profile();
          counts.profile++;
        }
        if (n % 40 === 0) {
          await main.edit({ forget: { item: event.item } });
          counts.forget++;
        }
      }
      if (round % 3 === 2) {
        await main.reload(PUBLIC);
        counts.reload++;
      }
      await this.erase();
      counts.erase++;
      return counts;
    },
    async fill(count) {
      const events = Array.from({ length: count }, anEvent);
      for (let n = 0; n < count; n += 500) await main.record(events.slice(n, n + 500));
      await main.recommend({ k: 20 });
    },
    async erase() {
      await main.erase();
      // The worker has heard of it, and holds as little as at the start.
      await main.recommend({ k: 20 });
    },
    memory: () => main.info().bytes.memory,
  };
}
