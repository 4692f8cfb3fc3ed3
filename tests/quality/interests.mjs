// What a model of sequences foretells of topics: the genres of each person's last ten films, beside those of all before.
import { existsSync, openAsBlob, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { root, scratch } from './data-sets.mjs';
import { permutation } from './online.mjs';
import { bootstrap } from './resampling.mjs';

export const name = 'interests';
const NEXT = 10;
const LEAST_BEFORE = 10;
const PEOPLE = 1000;
const SPLIT_SEED = 5;
const SETTINGS = ['epochs=30'];
/** What Steck (RecSys 2018) mixes of the one into the other, so that no share is 0. */
const ALPHA = 0.01;

/** @returns {Promise<string | null>} Markdown, or null where the data is not there */
export async function measure({ train, seed, say }) {
  const data = join(root, '..', 'shared', 'data', 'ncf-ml-1m');
  if (!existsSync(data)) return null;
  const genres = genresOf(join(data, 'items.tsv'));
  const people = peopleOf(data).filter((films) => films.length >= LEAST_BEFORE + NEXT);
  const interactions = join(scratch, 'interests.csv');
  const rows = people.flatMap((films, user) =>
    films.slice(0, -NEXT).map((item, n) => `${user},${item},${n}`),
  );
  writeFileSync(interactions, `${['user,item,timestamp', ...rows].join('\n')}\n`);
  const file = join(scratch, 'interests.safetensors');
  const command = train([
    ...['--interactions', interactions, '--model', 'sasrec', '--set', ...SETTINGS, '--out', file],
  ]);

  const { Recommender } = await import(pathToFileURL(join(root, 'dist', 'node.js')).href);
  const catalog = [...genres].map(([id, tags]) => ({ id, tags }));
  const model = await openAsBlob(file);
  const recommender = await Recommender.open({ storage: 'memory', model, catalog });
  const found = { foretold: [], history: [], newest: [], everybody: [] };
  const all = mix(
    people.flatMap((films) => films.slice(0, -NEXT)),
    genres,
  );
  try {
    for (const person of permutation(people.length, SPLIT_SEED).slice(0, PEOPLE)) {
      const films = people[person];
      const before = films.slice(0, -NEXT);
      await recommender.erase();
      const since = Date.now() - films.length;
      await recommender.record(before.map((item, n) => ({ item, type: 'like', at: since + n })));
      const { next } = await recommender.profile();
      const taken = mix(films.slice(-NEXT), genres);
      found.foretold.push(divergence(taken, new Map(next.map(({ tag, share }) => [tag, share]))));
      found.history.push(divergence(taken, mix(before, genres)));
      found.newest.push(divergence(taken, mix(before.slice(-NEXT), genres)));
      found.everybody.push(divergence(taken, all));
    }
  } finally {
    await recommender.close();
  }
  const figure = (values) => {
    const { value, low, high } = bootstrap(
      values.map((each) => [each, 1]),
      ([sum, count]) => sum / count,
      seed,
    );
    return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  };
  for (const [what, values] of Object.entries(found)) say(`${name}: ${what}: ${figure(values)}`);
  return `## What the next ten films are about

MovieLens-1M; of each of the ${people.length} people with at least ${LEAST_BEFORE + NEXT} films the last ${NEXT} are taken away and \`sasrec\` is trained on the rest. Of ${PEOPLE} of them the
genres of those ${NEXT} (each film's in equal parts) beside what was known before: KL divergence with α = ${ALPHA}, less is better; in brackets the 95 % interval of a
bootstrap over people.

\`\`\`sh
${command}
\`\`\`

| the genres of the last ${NEXT}, beside | KL |
| --- | --- |
| what \`profile().next\` foretells | ${figure(found.foretold)} |
| all that the person had before | ${figure(found.history)} |
| the ${NEXT} films before | ${figure(found.newest)} |
| all that everybody had | ${figure(found.everybody)} |
`;
}

/** Each person's films, the oldest first. */
function peopleOf(folder) {
  const text =
    gunzipSync(readFileSync(join(folder, 'ml-1m.train.rating.gz'))).toString('utf8') +
    readFileSync(join(folder, 'ml-1m.test.rating'), 'utf8');
  const people = new Map();
  for (const line of text.split('\n').filter(Boolean)) {
    const [user, item, , time] = line.split('\t');
    if (!people.has(user)) people.set(user, []);
    people.get(user).push({ item, time: Number(time) });
  }
  return [...people.values()].map((films) =>
    films.sort((a, b) => a.time - b.time).map(({ item }) => item),
  );
}

function genresOf(file) {
  const rows = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
  return new Map(
    rows.map((row) => {
      const [item, , , genres] = row.split('\t');
      return [item, genres.split('|').map((genre) => genre.toLowerCase())];
    }),
  );
}

/** The share of each genre. */
function mix(films, genres) {
  const sums = new Map();
  for (const film of films) {
    const own = genres.get(film) ?? [];
    for (const genre of own) sums.set(genre, (sums.get(genre) ?? 0) + 1 / own.length);
  }
  const total = [...sums.values()].reduce((sum, value) => sum + value, 0);
  return new Map([...sums].map(([genre, value]) => [genre, value / total]));
}

function divergence(taken, expected) {
  return [...taken].reduce(
    (sum, [genre, share]) =>
      sum + share * Math.log(share / ((1 - ALPHA) * (expected.get(genre) ?? 0) + ALPHA * share)),
    0,
  );
}
