// Who is shown to whom: films by the decade of their release, list after list, with floors for each decade and without.
import { existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, scratch } from './data-sets.mjs';
import { permutation, readLikes } from './online.mjs';
import { inLanes, MINUTE_MS, onDay, openInSimulatedTime } from './simulated-time.mjs';

export const name = 'fairness';
const SPLIT_SEED = 5;
const PEOPLE = 60;
const FEWEST_LIKES = 30;
/** Of a person's likes, the latest are to be found. */
const KNOWN_SHARE = 0.5;
const ROUNDS = 50;
const K = 10;
const LANES = 2;
/** A decade that so few likes are of, a person's lists need not show. */
const LEAST_SHARE = 0.01;
/** Of its share of all likes, a decade is to get at least this part in attention. */
const FLOOR = 0.5;
const WANTED = 0.99;
const TOLERANCE = 1e-6;

/** @returns {Promise<string | null>} Markdown, or null where the data is not there */
export async function measure({ train, seed, say }) {
  const data = join(root, '..', 'shared', 'data', 'ml-latest-small');
  if (!existsSync(data)) return null;
  const { exposureReport } = await import('../../dist/audit.js');
  const { items, people } = await readLikes(data);
  const catalog = items.map((item) => ({ ...item, decade: decadeOf(item) }));
  const decades = new Map(catalog.map(({ id, decade }) => [id, decade]));
  const many = people.filter(({ likes }) => likes.length >= FEWEST_LIKES);
  const chosen = permutation(many.length, SPLIT_SEED)
    .slice(0, PEOPLE)
    .map((n) => many[n]);
  const known = new Map(
    chosen.map(({ id, likes }) => [id, likes.slice(0, Math.round(likes.length * KNOWN_SHARE))]),
  );
  const rows = people.flatMap(({ id, likes }) =>
    (known.get(id) ?? likes).map(({ item, value }) => `${id},${item},${value}`),
  );
  const interactions = join(scratch, 'fairness-train.csv');
  const file = join(scratch, 'fairness.safetensors');
  writeFileSync(interactions, `user,item,value\n${rows.join('\n')}\n`);
  const command = train(['--interactions', interactions, '--model', 'ease', '--out', file]);

  const shares = sharesOf(people, decades);
  const constraints = [...shares].map(([value, share]) => ({
    field: 'decade',
    value,
    unit: 'attention',
    over: 'sessions',
    least: FLOOR * share,
  }));
  const lanes = await openInSimulatedTime(LANES, { catalog, model: await readFile(file) });
  try {
    const run = (rules) =>
      inLanes(lanes, chosen, (lane, person) =>
        live(lane, person, known.get(person.id), decades, rules),
      );
    const ways = { 'best scores': await run(null), 'with floors': await run(constraints) };
    say(`${name}: ${chosen.length} people, ${ROUNDS} rounds each, both ways`);
    const told = Object.entries(ways).map(([label, lives]) => {
      const sessions = lives.flatMap(({ shown }) => sessionsOf(shown, constraints));
      const lists = lives.flatMap(({ lists: own }) => own);
      const relevant = lives.flatMap(({ wanted, lists: own }) => own.map(() => wanted));
      const report = exposureReport({ lists, relevant, groupsOf: (id) => decades.get(id), seed });
      return {
        label,
        kept: sessions.filter(Boolean).length / sessions.length,
        found: lives.reduce((sum, { found }) => sum + found, 0),
        report,
      };
    });
    return section(told, shares, chosen.length, command);
  } finally {
    for (const { recommender } of lanes) await recommender.close();
  }
}

const decadeOf = ({ year }) =>
  Number.isFinite(Number(year)) ? `${Math.floor(year / 10)}0s` : 'unknown';

/** Decade to its share of all likes, where that is large enough. */
function sharesOf(people, decades) {
  const counts = new Map();
  let all = 0;
  for (const { likes } of people) {
    for (const { item } of likes) {
      const decade = decades.get(item);
      counts.set(decade, (counts.get(decade) ?? 0) + 1);
      all++;
    }
  }
  const shares = [...counts].map(([decade, count]) => [decade, count / all]);
  return new Map(shares.filter(([, share]) => share >= LEAST_SHARE).sort());
}

/** A list a day: what of it the person is going to like, they take. */
async function live({ recommender, setTime }, { likes }, known, decades, constraints) {
  await recommender.erase();
  setTime(onDay(0));
  const at = onDay(-1);
  await recommender.record(known.map(({ item }) => ({ item, type: 'like', at })));
  const wanted = likes.slice(known.length).map(({ item }) => item);
  const left = new Set(wanted);
  const shown = [];
  const lists = [];
  for (let round = 0; round < ROUNDS; round++) {
    const now = onDay(round);
    setTime(now);
    const list = await recommender.recommend({
      k: K,
      explain: false,
      ...(constraints && { constraints }),
    });
    const ids = list.map(({ item }) => item);
    const taken = ids.filter((item) => left.delete(item));
    await recommender.record([
      ...ids.map((item, n) => ({ item, type: 'impression', at: now, position: n + 1 })),
      ...taken.map((item) => ({ item, type: 'like', at: now + MINUTE_MS })),
    ]);
    lists.push(ids);
    shown.push(ids.map((item) => decades.get(item)));
  }
  return { shown, lists, wanted, found: wanted.length - left.size };
}

/** Of each round: whether all that was shown up to then keeps every floor. */
function sessionsOf(shown, constraints) {
  const got = new Map();
  let all = 0;
  return shown.map((groups) => {
    groups.forEach((group, place) => {
      const attention = 1 / Math.log2(place + 2);
      got.set(group, (got.get(group) ?? 0) + attention);
      all += attention;
    });
    return constraints.every(
      ({ value, least }) => (got.get(value) ?? 0) / all >= least - TOLERANCE,
    );
  });
}

function section(told, shares, people, command) {
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const named = (report, verdict) =>
    report.flatMap(({ group, verdict: own }) => (own === verdict ? group : [])).join(', ') ||
    'nobody';
  const decades = [...shares.keys()];
  const attention = (report, decade) =>
    percent(report.find(({ group }) => group === decade)?.attention ?? 0);
  const [plain, fair] = told;
  const reached = fair.kept >= WANTED ? 'as wanted' : 'MISSED';
  return `## Fairness: exposure of the decades of release, MovieLens-latest-small

${people} people with at least ${FEWEST_LIKES} films rated 4 and more are known by the first half of those films. For ${ROUNDS} rounds each is shown a list of
${K}; what of it is among the other half, they like, and all of the list is recorded as shown. With floors each decade that at least
${percent(LEAST_SHARE)} of all likes are of gets at least half of that share of the attention (1 / log2(place + 1)), over all sessions of the person
(\`constraints: [{field: 'decade', value, unit: 'attention', over: 'sessions', least}]\`). Trained by \`${command}\`.

| | sessions after which every floor holds | films found | loses, by exposureReport | gains |
| --- | --- | --- | --- | --- |
${told
  .map(
    ({ label, kept, found, report }) =>
      `| ${label} | ${percent(kept)} | ${found} | ${named(report, 'loses')} | ${named(report, 'gains')} |`,
  )
  .join('\n')}

At least ${percent(WANTED)} of the sessions are to keep all floors: **${reached}**. With them ${percent(Math.abs(fair.found / plain.found - 1))} ${fair.found < plain.found ? 'fewer' : 'more'} films are found.

| decade | ${decades.join(' | ')} |
| --- | ${decades.map(() => '---').join(' | ')} |
| share of all likes | ${[...shares.values()].map(percent).join(' | ')} |
${told.map(({ label, report }) => `| attention, ${label} | ${decades.map((decade) => attention(report, decade)).join(' | ')} |`).join('\n')}
`;
}
