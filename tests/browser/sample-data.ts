import type { InteractionTable, Item } from '../../web/types.js';

/**
 * Data with a structure that is known: items belong to topics, people mostly choose within one topic.
 * The page and Node make the same from the same seed.
 */

export const TOPICS = ['ocean', 'desert', 'forest', 'mountain', 'city'] as const;
const SHARE_WITHIN_TOPIC = 0.9;

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const itemId = (index: number) => `item-${index}`;
export const topicOf = (id: string) => Number(id.split('-')[1]) % TOPICS.length;

export function sampleCatalogue(count = 200): Item[] {
  return Array.from({ length: count }, (_, index) => {
    const topic = TOPICS[index % TOPICS.length] as string;
    return {
      id: itemId(index),
      title: `Number ${index} of the ${topic}`,
      text: `A story from the ${topic}, told in ${1 + (index % 7)} parts`,
      tags: [topic, `shelf ${index % 11}`],
      popularity: count - index,
    };
  });
}

/** Columns, as `train` likes them best. Nobody has an item twice. */
export function sampleInteractions(
  options: { users?: number; items?: number; each?: number; seed?: number } = {},
): InteractionTable {
  const { users = 150, items = 200, each = 12, seed = 7 } = options;
  const random = randomNumbers(seed);
  const perTopic = Math.floor(items / TOPICS.length);
  const table = {
    users: new Int32Array(users * each),
    items: new Int32Array(users * each),
    values: new Float32Array(users * each).fill(1),
    timestamps: new Float64Array(users * each),
  };
  let row = 0;
  for (let user = 0; user < users; user++) {
    const chosen = new Set<number>();
    while (chosen.size < each) {
      const topic = random() < SHARE_WITHIN_TOPIC ? user % TOPICS.length : random() * TOPICS.length;
      chosen.add(Math.floor(random() * perTopic) * TOPICS.length + Math.floor(topic));
    }
    for (const item of chosen) {
      table.users[row] = user;
      table.items[row] = item;
      table.timestamps[row] = row;
      row++;
    }
  }
  return {
    userIds: Array.from({ length: users }, (_, user) => `person-${user}`),
    itemIds: Array.from({ length: items }, (_, index) => itemId(index)),
    ...table,
  };
}

/** Files as MovieLens has them, with stars: people like what is of their own genre. */
export function sampleMovieLens(
  options: { users?: number; movies?: number; each?: number; titles?: readonly string[] } = {},
): { ratings: string; movies: string } {
  const { users = 300, movies = 300, each = 40, titles = [] } = options;
  const random = randomNumbers(11);
  const rows = Array.from({ length: movies }, (_, index) => {
    const title = titles[index] ?? `Film ${index} (${1950 + (index % 60)})`;
    return `${index + 1},"${title.replaceAll('"', '""')}",${TOPICS[index % TOPICS.length]}`;
  });
  const ratings: string[] = [];
  const { users: people, items } = sampleInteractions({ users, items: movies, each });
  for (const [row, user] of people.entries()) {
    const movie = items[row] as number;
    const liked = movie % TOPICS.length === user % TOPICS.length;
    const stars = (liked ? 4 : 1) + Math.floor(random() * 3) / 2;
    ratings.push(`${user + 1},${movie + 1},${stars},${1_500_000_000 + row}`);
  }
  return {
    movies: `movieId,title,genres\n${rows.join('\n')}\n`,
    ratings: `userId,movieId,rating,timestamp\n${ratings.join('\n')}\n`,
  };
}
