// What becomes of lists that are trained on what was taken from them, round after round, in a world whose tastes are known.
import { mulberry32 } from '../bench/data/power-law.mjs';
import { drawPanels } from './chart.mjs';
import { inLanes, MINUTE_MS, onDay, openInSimulatedTime } from './simulated-time.mjs';

export const name = 'feedback-loop';
const USERS = 200;
const ITEMS = 600;
const TOPICS = 12;
const NEW_SHARE = 0.15;
const NEWCOMER_SHARE = 0.1;
const MET_BEFORE = 20;
const DAYS_BEFORE = 60;
const OLDEST_DAYS = 700;
const ROUNDS = 50;
const RETRAIN_EVERY = 5;
const K = 10;
const WINDOW = 5;
/** Older impressions lower nothing that could be seen. */
const IMPRESSION_DAYS = 14;

const LEAST_COVERAGE = 0.8;
const LEAST_TOPICS = 0.5;
const LEAST_NEW = 0.5;

const HYBRID = { model: 'hybrid', settings: { numFactors: 16 } };
const DEFAULTS = 'the defaults';
const IDEAL = 'true tastes';
const FRESHNESS = { halfLifeDays: 14, by: 2 };
/**
 * Ways to make lists: what is trained (null: lists by the true tastes), whether the person's events are known to it, and the
 * options of `recommend`, which may take another seed with each visit.
 */
const nothing = () => ({ impressions: { by: 0 } });
const ARMS = [
  {
    label: 'popularity only',
    training: { model: 'popularity' },
    personal: false,
    options: nothing,
  },
  {
    label: 'item_neighbors alone',
    training: { model: 'item_neighbors' },
    personal: true,
    options: nothing,
  },
  { label: 'tf_idf alone', training: { model: 'tf_idf' }, personal: true, options: nothing },
  { label: 'nothing against loops', training: HYBRID, personal: true, options: nothing },
  { label: DEFAULTS, training: HYBRID, personal: true, options: () => ({}) },
  {
    label: 'explore, freshness',
    training: HYBRID,
    personal: true,
    options: (seed) => ({ explore: 0.1, seed, freshness: FRESHNESS }),
  },
  {
    label: 'caps',
    training: HYBRID,
    personal: true,
    options: () => ({ caps: [{ field: 'tags', most: 4 }] }),
  },
  {
    label: 'calibrate',
    training: HYBRID,
    personal: true,
    options: () => ({ rerank: { steps: [{ by: 'calibrate' }] } }),
  },
  { label: 'diversify', training: HYBRID, personal: true, options: () => ({ diversify: true }) },
  { label: IDEAL, training: null },
];
const LANES = 2;

/** @returns {Promise<string>} Markdown */
export async function measure({ folder, seed, say }) {
  const world = makeWorld(seed);
  const order = ARMS.filter(({ training }) => training).reverse(); // the longest first
  const lanes = await openInSimulatedTime(LANES, { catalog: world.items });
  let results;
  try {
    const found = await inLanes(lanes, order, async (lane, arm) => {
      const rounds = await live(world, servedBy(lane, arm), seed);
      say(`${name}: ${arm.label}: ${ROUNDS} rounds`);
      return rounds;
    });
    results = ARMS.map((arm) => found[order.indexOf(arm)]);
  } finally {
    for (const { recommender } of lanes) await recommender.close();
  }
  const ideal = ARMS.findIndex(({ training }) => !training);
  results[ideal] = await live(world, servedByTaste(world), seed);
  await draw(results, folder);
  return section(world, results);
}

const range = (count) => Array.from({ length: count }, (_, n) => n);
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** A number from 0 up to 1 that is the same for the same three numbers, in every arm. */
function coin(seed, ...numbers) {
  let mixed = seed;
  for (const number of numbers) {
    mixed = Math.imul(mixed ^ number, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    mixed ^= mixed >>> 13;
  }
  return (mixed >>> 0) / 2 ** 32;
}

/** Items with topics and qualities, people with tastes, and what they had met before the first round. */
function makeWorld(seed) {
  const random = mulberry32(seed);
  const normal = () => range(12).reduce((sum) => sum + random(), -6);
  const pick = (count) => Math.floor(random() * count);
  const wordOf = (topic) => (topic < 0 ? `word${pick(200)}` : `topic${topic}word${pick(40)}`);
  const things = range(ITEMS).map(() => {
    const topic = pick(TOPICS);
    const other = random() < 0.3 ? pick(TOPICS) : topic;
    return {
      topics: [...new Set([topic, other])],
      isNew: random() < NEW_SHARE,
      quality: normal(),
      style: [normal(), normal()],
    };
  });
  const items = things.map(({ topics, isNew }, n) => ({
    id: `i${n}`,
    title: `${wordOf(topics[0])} ${n}`,
    text: range(12)
      .map(() => wordOf(random() < 0.6 ? topics[pick(topics.length)] : -1))
      .join(' '),
    tags: topics.map((topic) => `topic ${topic}`),
    published: onDay(isNew ? 0 : -1 - pick(OLDEST_DAYS)),
  }));
  const people = range(USERS).map(() => {
    const likes = new Float64Array(TOPICS);
    for (const weight of [1, 0.75, 0.5]) likes[pick(TOPICS)] = weight;
    return { likes, style: [normal(), normal()] };
  });
  // How likely a person takes an item that they look at.
  const taste = people.map(({ likes, style }) =>
    Float64Array.from(things, (thing) => {
      const topic = Math.max(likes[thing.topics[0]], 0.6 * (likes[thing.topics[1]] ?? 0));
      const alike = style[0] * thing.style[0] + style[1] * thing.style[1];
      return sigmoid(-4 + 3.2 * topic + 0.6 * thing.quality + 0.4 * alike + 0.4 * normal());
    }),
  );
  // Lists of before went by popularity: what is good was met more often than tastes alone would have it.
  const past = people.map((_, user) => {
    if (random() < NEWCOMER_SHARE) return [];
    return range(ITEMS)
      .filter((item) => !things[item].isNew)
      .map((item) => {
        const weight = taste[user][item] * Math.exp(0.8 * things[item].quality);
        return { item, key: Math.log(random()) / weight };
      })
      .sort((one, other) => other.key - one.key)
      .slice(0, MET_BEFORE)
      .map(({ item }, n) => ({ item, at: onDay(-1 - Math.floor((n * DAYS_BEFORE) / MET_BEFORE)) }))
      .reverse();
  });
  return { things, items, taste, past };
}

/** The share of what all people would take, had they everything before them, that is new. */
function newInterest({ things, taste, past }) {
  let all = 0;
  let fresh = 0;
  taste.forEach((row, user) => {
    const met = new Set(past[user].map(({ item }) => item));
    row.forEach((value, item) => {
      if (met.has(item)) return;
      all += value;
      if (things[item].isNew) fresh += value;
    });
  });
  return fresh / all;
}

const indexOf = (id) => Number(id.slice(1));

/** The package as an app has it: trained anew now and then, one person after the other at one recommender. */
function servedBy({ recommender, setTime }, { training, personal, options }) {
  return {
    train: (rows) => recommender.train(rows, training),
    async enter({ taken, shown }) {
      await recommender.erase();
      if (!personal) return;
      const events = [
        ...shown.map(({ item, at }) => ({ item: `i${item}`, type: 'impression', at })),
        ...taken.map(({ item, at }) => ({ item: `i${item}`, type: 'like', at })),
      ].sort((one, other) => one.at - other.at);
      if (events.length > 0) await recommender.record(events);
    },
    async list({ taken }, round, user) {
      setTime(onDay(round));
      const list = await recommender.recommend({
        k: K,
        explain: false,
        // Every fifth day each person begins anew here, and a blend learned from the oldest choices would be nobody's.
        adapt: false,
        ...options(1 + round * USERS + user),
        ...(!personal && { exclude: taken.map(({ item }) => `i${item}`) }),
      });
      return list.map(({ item, source }) => ({ item: indexOf(item), source }));
    },
    async visited(list, takes, at) {
      if (!personal) return;
      await recommender.record([
        ...list.map(({ item }) => ({ item: `i${item}`, type: 'impression', at })),
        ...takes.map(({ item, at: time }) => ({ item: `i${item}`, type: 'like', at: time })),
      ]);
    },
  };
}

/** The items that a person would like best of those they have not met. */
function bestFor({ taste }, { taken }, user) {
  const met = new Set(taken.map(({ item }) => item));
  return range(ITEMS)
    .filter((item) => !met.has(item))
    .sort((one, other) => taste[user][other] - taste[user][one])
    .slice(0, K)
    .map((item) => ({ item }));
}

/** Lists of one who knows all tastes. */
function servedByTaste(world) {
  return {
    async train() {},
    async enter() {},
    list: async (state, _, user) => bestFor(world, state, user),
    async visited() {},
  };
}

/** Goes through all rounds; people do not hear of each other between two trainings, so each goes through those at once. */
async function live(world, served, seed) {
  const states = world.past.map((past) => ({ taken: [...past], shown: [] }));
  const rounds = range(ROUNDS).map(() => new Round(world));
  for (let from = 0; from < ROUNDS; from += RETRAIN_EVERY) {
    await served.train(
      states.flatMap(({ taken }, user) =>
        taken.map(({ item, at }) => ({ user: `u${user}`, item: `i${item}`, timestamp: at })),
      ),
    );
    for (const [user, state] of states.entries()) {
      state.shown = state.shown.filter(({ at }) => at > onDay(from - IMPRESSION_DAYS));
      await served.enter(state);
      for (let round = from; round < from + RETRAIN_EVERY; round++) {
        const list = await served.list(state, round, user);
        const at = onDay(round);
        const takes = list.flatMap(({ item }, place) => {
          const looks = coin(seed, user, round, ITEMS + place) < 1 / Math.log2(place + 2);
          const takes = coin(seed, user, round, item) < world.taste[user][item];
          return looks && takes ? { item, at: at + (place + 1) * MINUTE_MS } : [];
        });
        rounds[round].add(list, bestFor(world, state, user), user);
        await served.visited(list, takes, at);
        state.shown.push(...list.map(({ item }) => ({ item, at })));
        state.taken.push(...takes);
      }
    }
  }
  return rounds.map((round) => round.figures());
}

/** In bits, of how often each topic is there. */
function entropy(topics) {
  const counts = new Map();
  for (const topic of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1 / topics.length);
  return [...counts.values()].reduce((sum, share) => sum - share * Math.log2(share), 0);
}

/** What a round's lists are like. */
class Round {
  constructor(world) {
    this.world = world;
    this.exposure = new Float64Array(ITEMS);
    this.lists = 0;
    this.entropy = 0;
    this.bestEntropy = 0;
    this.taste = 0;
    this.explored = 0;
  }

  /** best: the list that the person's tastes would have. */
  add(list, best, user) {
    const { things, taste } = this.world;
    for (const { item, source } of list) {
      this.exposure[item]++;
      this.taste += taste[user][item] / list.length;
      if (source === 'exploration') this.explored++;
    }
    const topicsOf = (entries) => entries.map(({ item }) => things[item].topics[0]);
    this.entropy += entropy(topicsOf(list));
    this.bestEntropy += entropy(topicsOf(best));
    this.lists++;
  }

  figures() {
    const { exposure, lists, world } = this;
    const all = exposure.reduce((sum, count) => sum + count, 0);
    const fresh = exposure.reduce(
      (sum, count, item) => sum + (world.things[item].isNew ? count : 0),
      0,
    );
    const sorted = [...exposure].sort((one, other) => one - other);
    const weighted = sorted.reduce((sum, count, n) => sum + count * (2 * n + 1 - ITEMS), 0);
    return {
      gini: weighted / (ITEMS * all),
      coverage: exposure.filter((count) => count > 0).length / ITEMS,
      entropy: this.entropy / lists,
      entropyShare: this.entropy / this.bestEntropy,
      fresh: fresh / all,
      satisfaction: this.taste / lists,
      explored: this.explored / all,
    };
  }
}

const MEASURES = {
  coverage: 'coverage of the catalogue',
  gini: 'Gini index of exposure',
  entropy: 'topics in a list, bits',
  fresh: 'new items, share of exposure',
  satisfaction: 'true taste for what is shown',
};

async function draw(results, folder) {
  await drawPanels({
    file: `${folder}/feedback-loop.svg`,
    title: `${ROUNDS} rounds of lists that are trained on what was taken from them`,
    x: 'round',
    panels: Object.entries(MEASURES).map(([measure, y]) => ({
      y,
      rows: results.flatMap((rounds, arm) =>
        rounds.map((figures, n) => ({ name: ARMS[arm].label, x: n + 1, y: figures[measure] })),
      ),
    })),
  });
}

const row = (cells) => `| ${cells.join(' | ')} |`;
const meanOf = (rounds, measure) =>
  rounds.reduce((sum, figures) => sum + figures[measure], 0) / rounds.length;
const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)} %`;

function section(world, results) {
  const interest = newInterest(world);
  const window = (rounds, from) => rounds.slice(from, from + WINDOW);
  const starts = range(ROUNDS / WINDOW).map((n) => n * WINDOW);
  const middle = starts[Math.floor(starts.length / 2) - 1];
  const told = [0, middle, ROUNDS - WINDOW];
  const table = ARMS.map(({ label }, arm) =>
    row([
      label,
      ...Object.keys(MEASURES).map((measure) =>
        told.map((from) => meanOf(window(results[arm], from), measure).toFixed(3)).join(' → '),
      ),
    ]),
  );
  const bounds = [
    {
      label: `coverage in the last ${WINDOW} rounds, of that in the first ${WINDOW}: at least ${LEAST_COVERAGE}`,
      least: LEAST_COVERAGE,
      of: (rounds) =>
        meanOf(window(rounds, ROUNDS - WINDOW), 'coverage') / meanOf(window(rounds, 0), 'coverage'),
    },
    {
      label: `topics in a list in the narrowest ${WINDOW} rounds, of those of the person’s true tastes then: at least ${LEAST_TOPICS}`,
      least: LEAST_TOPICS,
      of: (rounds) =>
        Math.min(...starts.map((from) => meanOf(window(rounds, from), 'entropyShare'))),
    },
    {
      label: `new items in all rounds, of their share of interest: at least ${LEAST_NEW}`,
      least: LEAST_NEW,
      of: (rounds) => meanOf(rounds, 'fresh') / interest,
    },
  ];
  const held = results.map((rounds) =>
    bounds.map(({ least, of }) => ({ value: of(rounds), reached: of(rounds) >= least })),
  );
  const marks = ARMS.map(({ label }, arm) =>
    row([
      label,
      ...held[arm].map(({ value, reached }) => `${value.toFixed(2)} ${reached ? '✓' : '✗'}`),
      seenFrom(results[arm], interest * LEAST_NEW),
    ]),
  );
  const at = (label) => ARMS.findIndex((arm) => arm.label === label);
  const missed = bounds.filter((_, n) => !held[at(DEFAULTS)][n].reached);
  const exploring = ARMS.findIndex(({ options }) => options?.(1).explore);
  return `## A loop: ${ROUNDS} rounds of lists that are trained on what was taken from them

A generated world of ${USERS} people and ${ITEMS} items with texts and ${TOPICS} topics as tags; ${percent(NEW_SHARE)} of the items are new, and nobody has met them.
What a person takes of what they look at is known: three topics that they like, an item's quality, and something of their own. Nine in ten
people have met ${MET_BEFORE} items before, for what they were known for rather than by taste alone. Each round is a day: everybody gets a list of ${K}, looks
at fewer of the places further down, and takes what they like; every ${RETRAIN_EVERY} rounds the model is trained anew on all that was taken. The draws are the
same in all rows. \`nothing against loops\` is a hybrid with \`impressions: {by: 0}\`, as are the single models above it, which show what the two sides of a
hybrid do. \`${DEFAULTS}\` lower what was shown and let be; below it, the same hybrid with, besides, \`explore: 0.1\` and
\`freshness: {halfLifeDays: ${FRESHNESS.halfLifeDays}, by: ${FRESHNESS.by}}\`, or at most four items of a tag (\`caps\`), or
lists re-ranked by \`calibrate\` or with \`diversify: true\`, at their default weights. \`${IDEAL}\` are lists by one who knows them all.
What a blend learns of a person is left out. It is one world, drawn once: there are no intervals, and of
another seed's the narrowest lists of the defaults had twice the topics.

The defaults ${
    missed.length === 0
      ? 'reach all bounds'
      : `**miss** ${missed.length} of ${bounds.length} bounds: ${missed.map(({ label }) => label).join('; ')}`
  }. \`explore\` has put other items in ${percent(meanOf(results[exploring], 'explored'), 2)} of the places, for it changes only what popularity fills.

${row(['', ...bounds.map(({ label }) => label), 'new items have that share from round'])}
${row(Array(bounds.length + 2).fill('---'))}
${marks.join('\n')}

The new items’ share of interest, in what all would take had they everything before them, is ${interest.toFixed(3)}. The chart has every round; means of rounds ${told
    .map((from) => `${from + 1}–${from + WINDOW}`)
    .join(' → ')}:

${row(['', ...Object.values(MEASURES)])}
${row(Array(Object.keys(MEASURES).length + 1).fill('---'))}
${table.join('\n')}

![Five measures over ${ROUNDS} rounds](feedback-loop.svg)
`;
}

/** From which round on new items have at least a share of exposure, to the last; a dash where they have not at the end. */
function seenFrom(rounds, share) {
  const starved = rounds.findLastIndex(({ fresh }) => fresh < share);
  return starved === rounds.length - 1 ? '–' : starved + 2;
}
