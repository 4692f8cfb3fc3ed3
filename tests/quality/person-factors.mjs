// A person's factors brought up to date event by event, beside fold-in: how good the lists are, and how long an event takes.
import { existsSync, openAsBlob, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { mulberry32 } from '../bench/data/power-law.mjs';
import { root, scratch } from './data-sets.mjs';
import { permutation, readLikes } from './online.mjs';
import { bootstrap } from './resampling.mjs';

export const name = 'person-factors';
const MODELS = ['ials', 'bpr'];
const WAYS = ['fold_in', 'online'];
const TRAIN_SHARE = 0.8;
const SPLIT_SEED = 11;
const K = 10;
const FEWEST_LIKES = 20;
const MOST_LIKES = 300;
const LATE = 100;

const LENGTHS = [10, 100, 1000];
const REPEATS = 200;
const TIMED = { users: 300, items: 1200, each: 20 };

/** @returns {Promise<string | null>} Markdown, or null where the data is not there */
export async function measure({ train, seed, say }) {
  const data = join(root, '..', 'shared', 'data', 'ml-latest-small');
  if (!existsSync(data)) return null;
  const { people } = await readLikes(data);
  const order = permutation(people.length, SPLIT_SEED);
  const cut = Math.round(people.length * TRAIN_SHARE);
  const rows = order.slice(0, cut).flatMap((n) => people[n].likes.map(({ item }) => [n, item]));
  const testers = order
    .slice(cut)
    .map((n) => people[n].likes)
    .filter((likes) => likes.length >= FEWEST_LIKES);
  const lines = [];
  const times = [];
  let command = '';
  for (const model of MODELS) {
    const trained = trainOn(rows, model, train);
    command ||= trained.command;
    const found = await replayAll(await openAsBlob(trained.file), testers);
    for (const [label, from] of [
      ['all', 1],
      [`from ${LATE} events on`, LATE],
    ]) {
      const figures = compared(found, from, seed);
      lines.push(`| \`${model}\` | ${label} | ${figures.join(' | ')} |`);
      say(`${name}: ${model}, ${label}: ${figures.join(', ')}`);
    }
    const { file } = trainOn(randomRows(), model, train);
    for (const length of LENGTHS) {
      const [folded, online] = await timed(file, length);
      const figures = [folded, online].map((ms) => `${(1000 * ms).toFixed(0)} µs`);
      times.push(
        `| \`${model}\` | ${length} | ${figures.join(' | ')} | ${(folded / online).toFixed(1)} |`,
      );
      say(`${name}: ${model}, ${length} events: ${figures.join(', ')}`);
    }
  }
  return `## A person's factors, event by event: MovieLens-latest-small

Models are trained on the likes of ${cut} people. Of each of the ${testers.length} others with at least ${FEWEST_LIKES} likes the first ${MOST_LIKES} are replayed in the order of
time: ndcg@${K} of the next like in a list made by \`personFactors: 'fold_in'\` and in one made by \`'online'\`. "Same lists" is the share of lists that are the
same to the last place. In brackets stands the 95 % interval of a bootstrap over people.

\`\`\`sh
${command}
\`\`\`

| model | likes | lists | fold_in | online | difference | same lists |
| --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}

What one more event takes until its list can be scored: the median of ${REPEATS} (one thread, default settings), less that of a list for which nothing
was to be done.

| model | events before | fold_in | online | times as fast |
| --- | --- | --- | --- | --- |
${times.join('\n')}
`;
}

function trainOn(rows, model, train) {
  const interactions = join(scratch, 'person-factors.csv');
  const file = join(scratch, `person-factors-${model}.safetensors`);
  writeFileSync(interactions, `user,item\n${rows.map((row) => row.join(',')).join('\n')}\n`);
  const command = train(['--interactions', interactions, '--model', model, '--out', file]);
  return { file, command };
}

/** Of each person one row a like: what either list makes of it, and whether they are the same. */
async function replayAll(model, testers) {
  const { Recommender } = await import('../../dist/node.js');
  const open = (personFactors) =>
    Recommender.open({ model, storage: 'memory', threads: 1, personFactors });
  const ways = await Promise.all(WAYS.map(open));
  try {
    const found = [];
    for (const likes of testers) {
      const steps = [];
      for (const way of ways) await way.erase();
      for (const [events, { item }] of likes.slice(0, MOST_LIKES).entries()) {
        const lists = [];
        for (const way of ways) {
          if (events > 0) lists.push(await way.recommend({ k: K, explain: false }));
          await way.record({ item, type: 'like', at: events + 1 });
        }
        if (events === 0) continue;
        const ids = lists.map((list) => list.map((entry) => entry.item));
        const gains = ids.map((list) => {
          const place = list.indexOf(item);
          return place < 0 ? 0 : 1 / Math.log2(place + 2);
        });
        steps.push({ events, gains, same: ids[0].join() === ids[1].join() ? 1 : 0 });
      }
      found.push(steps);
    }
    return found;
  } finally {
    for (const way of ways) await way.close();
  }
}

/** The cells of one row: lists, both ways, their difference, and how many lists are the same. */
function compared(found, from, seed) {
  const rows = found
    .map((steps) => steps.filter(({ events }) => events >= from))
    .filter((steps) => steps.length > 0)
    .map((steps) => {
      const sum = (of) => steps.reduce((total, step) => total + of(step), 0);
      return [
        steps.length,
        sum(({ gains }) => gains[0]),
        sum(({ gains }) => gains[1]),
        sum(({ same }) => same),
      ];
    });
  const shown = (statistic) => {
    const { value, low, high } = bootstrap(rows, statistic, seed);
    const text = (number) => number.toFixed(4).replace('-', '−');
    return `${text(value)} [${text(low)}, ${text(high)}]`;
  };
  const total = (term) => rows.reduce((sum, row) => sum + row[term], 0);
  return [
    total(0),
    shown(([count, folded]) => folded / count),
    shown(([count, , online]) => online / count),
    shown(([count, folded, online]) => (online - folded) / count),
    `${((100 * total(3)) / total(0)).toFixed(1)} %`,
  ];
}

/** A catalogue so small that scoring it does not hide what is measured. */
function randomRows() {
  const random = mulberry32(1);
  return Array.from({ length: TIMED.users * TIMED.each }, (_, n) => [
    n % TIMED.users,
    n < TIMED.items ? n : Math.floor(random() * TIMED.items),
  ]);
}

/** Milliseconds that one more event takes by fold-in and online: of the engine alone, without worker and log. */
async function timed(file, length) {
  const outfile = join(scratch, 'person-factors-engine.mjs');
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `export * from './web/engine/load-node.js'; export * from './web/engine/core-ranker.js';`,
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    define: {
      INKLING_VERSION: JSON.stringify(
        JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
      ),
      'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'dist', 'node.js')).href),
    },
  });
  const { loadEngine, CoreRanker, MODEL } = await import(pathToFileURL(outfile).href);
  const engine = await loadEngine({ threads: 1 });
  const model = engine.openModel(readFileSync(file));
  const numItems = model.itemIds.length;
  const ranker = (online) => {
    engine.online = online;
    return new CoreRanker(
      engine,
      model,
      null,
      new Float32Array(0),
      new Uint8Array(numItems).fill(1),
    );
  };
  const [folding, online] = [ranker(false), ranker(true)];
  const times = { folded: [], online: [], nothing: [] };
  const clock = (of, into, history) => {
    const start = performance.now();
    of.list({ k: 1, ladder: [MODEL], words: '', history });
    into.push(performance.now() - start);
  };
  const history = (from, count) => ({
    items: Int32Array.from({ length: count }, (_, n) => (from + 7 * n) % numItems),
    weights: new Float32Array(count).fill(1),
  });
  for (let n = 0; n < REPEATS; n++) {
    clock(online, [], history(n, length));
    clock(online, times.online, history(n, length + 1));
    clock(online, times.nothing, history(n, length + 1));
    clock(folding, times.folded, history(n, length + 1));
  }
  const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
  return [times.folded, times.online].map((each) => median(each) - median(times.nothing));
}
