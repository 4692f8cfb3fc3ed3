// What is learned on the device: likes of people who were not trained on, replayed one by one.
import { existsSync, openAsBlob, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawLines } from './chart.mjs';
import { root, scratch } from './data-sets.mjs';
import { bootstrap } from './resampling.mjs';
import { inLanes, MINUTE_MS, onDay, openInSimulatedTime } from './simulated-time.mjs';

export const name = 'online';
const LIKED = 4;
const TRAIN_SHARE = 0.8;
/** The rate of learning was chosen with people of the fourth fifth of this permutation; the last fifth was left alone. */
const SPLIT_SEED = 11;
const LANES = 2;

const K = 10;
const FEWEST_LIKES = 20;
const MOST_LIKES = 100;
const BIN = 10;
const LATE = 50;
const NO_FATIGUE = { by: 0 };

const LIKES_BEFORE_CHANGE = 40;
const LIKES_AFTER_CHANGE = 30;
const AHEAD = 10;
const AHEAD_K = 20;
const CHANGE_BIN = 5;
const FORMER_TASTES = 2;
const RECOVERED_SHARE = 0.95;
const RECOVERED_WITHIN = 20;

/** @returns {Promise<string | null>} Markdown, or null where the data is not there */
export async function measure({ train, folder, seed, say }) {
  const data = join(root, '..', 'shared', 'data', 'ml-latest-small');
  if (!existsSync(data)) return null;
  const { items, people } = await readLikes(data);
  const order = permutation(people.length, SPLIT_SEED);
  const cut = Math.round(people.length * TRAIN_SHARE);
  const { model, command } = trainOn(
    order.slice(0, cut).map((n) => people[n]),
    items,
    train,
  );
  const testers = order.slice(cut).map((n) => people[n]);
  say(`${name}: trained on ${cut} people; ${testers.length} are left for the test`);

  const catalog = items;
  const lanes = await openInSimulatedTime(LANES, { catalog, model: await openAsBlob(model) });
  try {
    const popular = await lanes[0].recommender.recommend({ k: K + MOST_LIKES, explain: false });
    const replayed = testers.filter(({ likes }) => likes.length >= FEWEST_LIKES);
    const run = (impressions) =>
      inLanes(lanes, replayed, (lane, person) => replay(lane, person, popular, impressions));
    const plain = await run(NO_FATIGUE);
    say(`${name}: ${replayed.length} people replayed`);
    const tired = await run(undefined);
    say(`${name}: and once more with fatigue`);
    const changes = await inLanes(lanes, pairsOf(testers, items), changeTaste);
    say(`${name}: ${changes.length} changes of taste`);
    return [
      await learningSection({ plain, tired, command, folder, seed, trained: cut }),
      await changeSection({ changes, folder, seed }),
    ].join('\n');
  } finally {
    for (const { recommender } of lanes) await recommender.close();
  }
}

/** Films as items, and of each person the likes in the order of time. */
export async function readLikes(data) {
  const { readMovieLens } = await import('../../dist/catalog.js');
  const files = ['ratings.csv', 'movies.csv'].map(async (file) => ({
    name: file,
    blob: await openAsBlob(join(data, file)),
  }));
  const { items, interactions } = await readMovieLens(await Promise.all(files), {
    minValue: LIKED,
  });
  const people = interactions.userIds.map((id) => ({ id, likes: [] }));
  interactions.users.forEach((user, n) => {
    people[user].likes.push({
      item: interactions.itemIds[interactions.items[n]],
      value: interactions.values[n],
      timestamp: interactions.timestamps[n],
    });
  });
  for (const { likes } of people) likes.sort((one, other) => one.timestamp - other.timestamp);
  // How often a film was rated is known from the test people too.
  return { items: items.map(({ popularity: _, ...item }) => item), people };
}

function trainOn(people, items, train) {
  const interactions = join(scratch, 'online-train.csv');
  const itemFile = join(scratch, 'online-films.ndjson');
  const model = join(scratch, 'online.safetensors');
  const rows = people.flatMap(({ id, likes }) =>
    likes.map(({ item, value, timestamp }) => `${id},${item},${value},${timestamp}`),
  );
  writeFileSync(interactions, `user,item,value,timestamp\n${rows.join('\n')}\n`);
  writeFileSync(itemFile, `${items.map((item) => JSON.stringify(item)).join('\n')}\n`);
  const data = ['--interactions', interactions, '--items', itemFile];
  const settings = ['--model', 'hybrid', '--set', 'num_factors=64'];
  return { model, command: train([...data, ...settings, '--out', model]) };
}

/** 0 … count - 1 in the order that the core's random numbers (SplitMix64, cpp/include/inkling/random.h) give. */
export function permutation(count, seed) {
  let state = BigInt(seed);
  const below = (bound) => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let mixed = state;
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    mixed ^= mixed >> 31n;
    return Number(((mixed >> 32n) * BigInt(bound)) >> 32n);
  };
  const order = Array.from({ length: count }, (_, n) => n);
  for (let left = count; left > 1; left--) {
    const other = below(left);
    [order[left - 1], order[other]] = [order[other], order[left - 1]];
  }
  return order;
}

/** One visit a day: the list is seen, and a minute later the next film is liked. */
async function visit(recommender, day, shown, liked) {
  const at = onDay(day);
  await recommender.record([
    ...shown.map((item) => ({ item, type: 'impression', at })),
    { item: liked, type: 'like', at: at + MINUTE_MS },
  ]);
}

const idsOf = (list) => list.map(({ item }) => item);

/** What each list makes of the next like, for every like but the first. */
async function replay({ recommender, setTime }, { likes }, popular, impressions) {
  await recommender.erase();
  const ask = (options) =>
    recommender.recommend({
      k: K,
      explain: false,
      ...(impressions && { impressions }),
      ...options,
    });
  const met = new Set();
  const steps = [];
  for (const [events, { item }] of likes.slice(0, MOST_LIKES).entries()) {
    setTime(onDay(events));
    const lists = {
      nothing: idsOf(popular.filter((entry) => !met.has(entry.item)).slice(0, K)),
      history: idsOf(await ask({ adapt: false })),
      everything: idsOf(await ask({})),
    };
    if (events > 0) {
      const gain = (list) => gainOf(list.indexOf(item));
      steps.push({
        events,
        nothing: gain(lists.nothing),
        history: gain(lists.history),
        everything: gain(lists.everything),
      });
    }
    await visit(recommender, events, lists.everything, item);
    met.add(item);
  }
  return steps;
}

/** NDCG of a list in which one item is to be found, at this place. */
const gainOf = (place) => (place < 0 ? 0 : 1 / Math.log2(place + 2));

const WAYS = {
  nothing: 'nothing of the person',
  history: 'history, blend as trained',
  everything: 'history and blend learned',
};
const WAY_NAMES = Object.keys(WAYS);

/** One row a person: how many steps there are, and the sums of the gains of each way. */
function sums(people, wanted) {
  return people
    .map((steps) => steps.filter(({ events }) => wanted(events)))
    .filter((steps) => steps.length > 0)
    .map((steps) => [
      steps.length,
      ...WAY_NAMES.map((way) => steps.reduce((sum, step) => sum + step[way], 0)),
    ]);
}

/** Means of the three ways, the learned one's share of the frozen one's, and their difference. */
function compare(people, wanted, seed) {
  const rows = sums(people, wanted);
  const of = (statistic) => bootstrap(rows, statistic, seed);
  return {
    people: rows.length,
    steps: rows.reduce((sum, [count]) => sum + count, 0),
    ways: WAY_NAMES.map((_, n) => of((sum) => sum[1 + n] / sum[0])),
    ratio: of(([, , history, everything]) => everything / history),
    difference: of(([count, , history, everything]) => (everything - history) / count),
  };
}

const shown = ({ value, low, high }, digits = 4) =>
  `${value.toFixed(digits)} [${low.toFixed(digits - 1)}, ${high.toFixed(digits - 1)}]`;
const minus = (text) => text.replace('-', '−');
const signed = ({ value, low, high }) => {
  const text = (number) => minus(`${number < 0 ? '' : '+'}${number.toFixed(4)}`);
  return `${text(value)} [${text(low)}, ${text(high)}]`;
};
const row = (cells) => `| ${cells.join(' | ')} |`;

async function learningSection({ plain, tired, command, folder, seed, trained }) {
  const last = Math.max(...plain.flat().map(({ events }) => events));
  const bins = Array.from({ length: Math.ceil((last + 1) / BIN) }, (_, n) => n * BIN);
  const inBin = (from) => (events) => events >= from && events < from + BIN;
  const measured = bins.map((from) => ({ from, ...compare(plain, inBin(from), seed) }));
  const parts = [
    ['all', () => true],
    [`from ${LATE} events on`, (events) => events >= LATE],
  ];
  const overall = parts.map(([label, wanted]) => [label, compare(plain, wanted, seed)]);
  const fatigued = parts.map(([label, wanted]) => [
    `${label}, with fatigue`,
    compare(tired, wanted, seed),
  ]);
  await drawLines({
    file: `${folder}/online.svg`,
    title: 'Learned on the device, MovieLens-latest-small',
    x: 'events of a person so far',
    y: `ndcg@${K} of the next like`,
    rows: measured.flatMap(({ from, ways }) =>
      ways.map(({ value, low, high }, n) => ({
        name: WAYS[WAY_NAMES[n]],
        x: from + BIN / 2,
        y: value,
        low,
        high,
      })),
    ),
  });
  const line = (label, { people, steps, ways, ratio, difference }) =>
    row([
      label,
      people,
      steps,
      ...ways.map((way) => shown(way)),
      shown(ratio, 3),
      signed(difference),
    ]);
  const [, late] = overall[1];
  const verdict =
    late.difference.low > 0
      ? 'is better than the blend as trained, by more than chance'
      : late.difference.high < 0
        ? '**is worse** than the blend as trained'
        : 'cannot be told from the blend as trained';
  return `## Learned on the device: MovieLens-latest-small, likes replayed one by one

A hybrid is trained on the likes (ratings of ${LIKED} and more) of ${trained} people. Of each of the others who have at least ${FEWEST_LIKES} likes, the
first ${MOST_LIKES} are replayed in the order of time, one visit a day: a list of ${K} is made and shown, and the next like follows, whatever it is. ndcg@${K} of that
like, by how many likes are known, in three lists: the most popular films; the history folded in, with the blend as trained
(\`recommend({adapt: false})\`); and with what the person's choices have taught the blend (the default). Impressions are recorded
and lower nothing (\`impressions: {by: 0}\`), but in the last rows. In brackets stands the 95 % interval of a bootstrap over people.

From ${LATE} events on, what is learned ${verdict}.

\`\`\`sh
${command}
\`\`\`

${row(['events', 'people', 'likes', ...WAY_NAMES.map((way) => WAYS[way]), 'learned / as trained', 'difference'])}
${row(Array(8).fill('---'))}
${measured.map(({ from, ...figures }) => line(`${Math.max(1, from)}–${from + BIN - 1}`, figures)).join('\n')}
${[...overall, ...fatigued].map(([label, figures]) => line(label, figures)).join('\n')}

![ndcg@${K} over the events of a person](online.svg)
`;
}

/** Of each person with enough likes, those come before whose taste for genres is least like theirs. */
function pairsOf(people, items) {
  const able = people.filter(
    ({ likes }) => likes.length >= LIKES_BEFORE_CHANGE + LIKES_AFTER_CHANGE + AHEAD,
  );
  const genres = [...new Set(items.flatMap(({ tags = [] }) => tags))];
  const tagsOf = new Map(items.map(({ id, tags = [] }) => [id, tags]));
  const shares = able.map(({ likes }) =>
    genres.map(
      (genre) => likes.filter(({ item }) => tagsOf.get(item).includes(genre)).length / likes.length,
    ),
  );
  const usual = genres.map((_, n) => shares.reduce((sum, each) => sum + each[n], 0) / able.length);
  const own = shares.map((each) => each.map((share, n) => share - usual[n]));
  const dot = (one, other) => one.reduce((sum, value, n) => sum + value * other[n], 0);
  const alike = (one, other) => dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
  return able.flatMap(({ likes }, n) => {
    const others = able
      .map((other, m) => ({ other, likeness: alike(own[n], own[m]) }))
      .filter(({ other }) => other !== able[n])
      .sort((one, other) => one.likeness - other.likeness);
    return others.slice(0, FORMER_TASTES).map(({ other, likeness }) => {
      const before = other.likes.slice(0, LIKES_BEFORE_CHANGE);
      const known = new Set(idsOf(before));
      const after = likes.filter(({ item }) => !known.has(item));
      return { person: n, before, after, likeness, shared: likes.length - after.length };
    });
  });
}

/** The same likes of one person, found for one who had another taste before and for one who had none. */
async function changeTaste({ recommender, setTime }, { before, after, ...pair }) {
  const known = idsOf(before);
  const ask = (options) =>
    recommender.recommend({
      k: AHEAD_K,
      exclude: known,
      impressions: NO_FATIGUE,
      explain: false,
      ...options,
    });
  const follow = async (past) => {
    await recommender.erase();
    for (const [day, { item }] of past.entries()) {
      setTime(onDay(day));
      await visit(recommender, day, idsOf(await ask({})).slice(0, K), item);
    }
    const steps = [];
    for (let events = 0; events < LIKES_AFTER_CHANGE; events++) {
      const day = LIKES_BEFORE_CHANGE + events;
      setTime(onDay(day));
      const wanted = new Set(idsOf(after.slice(events, events + AHEAD)));
      const found = (list) => list.filter((item) => wanted.has(item)).length / wanted.size;
      const history = idsOf(await ask({ adapt: false }));
      const everything = idsOf(await ask({}));
      steps.push({ events, history: found(history), everything: found(everything) });
      await visit(recommender, day, everything.slice(0, K), after[events].item);
    }
    return steps;
  };
  return { ...pair, changed: await follow(before), steady: await follow([]) };
}

async function changeSection({ changes, folder, seed }) {
  const bins = Array.from({ length: LIKES_AFTER_CHANGE / CHANGE_BIN }, (_, n) => n * CHANGE_BIN);
  const LINES = [
    ['changed', 'everything', 'changed'],
    ['steady', 'everything', 'never changed'],
    ['changed', 'history', 'changed, blend as trained'],
    ['steady', 'history', 'never changed, blend as trained'],
  ];
  // The pairs of one person are drawn together.
  const people = [...new Set(changes.map(({ person }) => person))].map((n) =>
    changes.filter(({ person }) => person === n),
  );
  const compared = (from, to) => {
    const sumOf = (pairs, who, way) =>
      pairs
        .flatMap((change) => change[who].slice(from, to))
        .reduce((sum, step) => sum + step[way], 0);
    const rows = people.map((pairs) => [
      pairs.length * (to - from),
      ...LINES.map(([who, way]) => sumOf(pairs, who, way)),
    ]);
    const of = (statistic) => bootstrap(rows, statistic, seed);
    return {
      from,
      lines: LINES.map((_, n) => of(([count, ...sum]) => sum[n] / count)),
      ratio: of(([, changed, steady]) => changed / steady),
      frozenRatio: of(([, , , changed, steady]) => changed / steady),
      difference: of(([count, changed, steady]) => (changed - steady) / count),
    };
  };
  const measured = bins.map((from) => compared(from, from + CHANGE_BIN));
  await drawLines({
    file: `${folder}/taste-change.svg`,
    title: `After ${LIKES_BEFORE_CHANGE} likes of another taste, MovieLens-latest-small`,
    x: 'events since the change',
    y: `recall@${AHEAD_K} of the next ${AHEAD} likes`,
    rows: measured.flatMap(({ from, lines }) =>
      lines.slice(0, 2).map(({ value, low, high }, n) => ({
        name: LINES[n][2],
        x: from + CHANGE_BIN / 2,
        y: value,
        low,
        high,
      })),
    ),
  });
  // One bin may be good by chance: what follows it must be as good on the whole.
  const enough = ({ ratio }) => ratio.value >= RECOVERED_SHARE;
  const recovered = measured.find(
    (bin) => enough(bin) && enough(compared(bin.from, LIKES_AFTER_CHANGE)),
  );
  const since = recovered && compared(recovered.from, LIKES_AFTER_CHANGE).ratio;
  const reached = recovered !== undefined && recovered.from + CHANGE_BIN <= RECOVERED_WITHIN;
  const below = measured.filter(
    ({ from, ratio }) => recovered && from >= recovered.from && ratio.high < 1,
  );
  const mean = (of) => changes.reduce((sum, each) => sum + of(each), 0) / changes.length;
  return `## A change of taste

${changes.length} pairs of the same test people: ${LIKES_BEFORE_CHANGE} likes of one are replayed, then those of another. Of each of ${people.length} people these are the ${FORMER_TASTES} whose taste
for genres is least like theirs (correlation ${minus(mean(({ likeness }) => likeness).toFixed(2))} on average; ${mean(({ shared }) => shared).toFixed(1)} films in common, which are left out). recall@${AHEAD_K} of the next
${AHEAD} likes, by how many likes there were since the change, beside that of a person who has only these.

Bound: within ${RECOVERED_WITHIN} events, at least ${RECOVERED_SHARE * 100} % of what a person finds who never changed, and also on the whole from there on: ${
    recovered
      ? `${reached ? 'reached ✓' : '**not reached** ✗, but'} after ${recovered.from} events (from there on ${shown(since, 3)} of it)`
      : '**not reached** ✗'
  }.${below.map(({ from, ratio }) => ` At ${from} to ${from + CHANGE_BIN - 1} events it is below again by more than chance, ${shown(ratio, 3)}.`).join('')}

${row(['events since', ...LINES.map(([, , label]) => label), 'changed / never', 'the same, blend as trained', 'difference'])}
${row(Array(LINES.length + 4).fill('---'))}
${measured
  .map(({ from, lines, ratio, frozenRatio, difference }) =>
    row([
      `${from}–${from + CHANGE_BIN - 1}`,
      ...lines.map((each) => shown(each)),
      shown(ratio, 3),
      shown(frozenRatio, 3),
      signed(difference),
    ]),
  )
  .join('\n')}

![recall@${AHEAD_K} over the events since the change](taste-change.svg)
`;
}
