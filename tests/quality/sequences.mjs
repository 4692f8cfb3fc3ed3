// What comes next: SASRec and GRU4Rec on SASRec's MovieLens-1M, each person's last item to be found. Settings were chosen
// by the curves of validation, on the last item but one.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { open } from '../bench/contestants/native.mjs';
import { pack } from '../bench/programs/interaction-arrays.mjs';
import { relaxedFlags } from '../relaxed-simd.mjs';
import { drawPanels } from './chart.mjs';
import { printable, root, scratch } from './data-sets.mjs';

export const name = 'sequences';
const METRICS = 'hit_rate@10,ndcg@10';
const NEGATIVES = 100;
/** Published, of all items: read in the papers named. */
const PUBLISHED = [
  ['SASRec (in Petrov & Macdonald, RecSys 2023)', '0.2500 / 0.1341', ''],
  ['BERT4Rec (the same)', '0.2843 / 0.1537', ''],
  ['gSASRec (the same)', '0.3003 / 0.1726', ''],
  ['SASRec with full cross-entropy (Klenitskiy & Vasilev, RecSys 2023)', '0.3152 / 0.1821', ''],
  ['SASRec (Kang & McAuley, ICDM 2018)', '', '0.8245 / 0.5905'],
];
const RUNS = [
  {
    label: 'sasrec',
    build: 'native',
    settings: 'num_factors=128 num_heads=2 dropout=0.3 epochs=100',
    least: [0.3, 0.172],
  },
  {
    label: 'sasrec',
    build: 'WebAssembly',
    settings: 'num_factors=128 num_heads=2 dropout=0.3 epochs=50',
    least: [0.3, 0.172],
    leastSampled: [0.8245, 0.59],
  },
  { label: 'gru', build: 'WebAssembly', settings: 'epochs=20' },
];

/** @returns {Promise<string | null>} Markdown, or null where the data is not there */
export async function measure({ evaluate, folder, seed, say }) {
  const data = join(root, '..', 'shared', 'data', 'sasrec-ml-1m', 'ml-1m.txt.gz');
  if (!existsSync(data)) return null;
  const rows = [];
  for (const run of RUNS) {
    const measured =
      run.build === 'native' ? await natively(run, data, seed) : byCli(run, data, evaluate);
    rows.push({ ...run, ...measured });
    const { all, sampled } = measured;
    const drawn = sampled ? `, ${figures(sampled)} of ${NEGATIVES + 1}` : '';
    say(`${name}: ${run.label}, ${run.build}: ${figures(all)} of all${drawn}`);
  }
  await draw(rows, folder);
  return section(rows);
}

/** By the command line in Node; a run that was cut off goes on at its checkpoint. */
async function byCli({ label, settings }, data, evaluate) {
  const checkpoint = join(scratch, `${label}.checkpoint`);
  const args = [
    ...['--interactions', data, '--columns', 'user,item', '--delimiter', ' '],
    ...['--split', 'leave-one-out', '--model', label, '--set', ...settings.split(' ')],
    ...['--metrics', METRICS, '--checkpoint', checkpoint],
  ];
  const all = evaluate(args, relaxedFlags());
  const sampled = evaluate([...args, '--sampled-negatives', String(NEGATIVES)], relaxedFlags());
  rmSync(checkpoint);
  return { all, sampled, command: `inkling evaluate ${printable(args)}` };
}

/** By the core alone, compiled for this machine. */
async function natively({ label, settings }, data, seed) {
  const interactions = join(scratch, 'sequences.bin');
  writeFileSync(interactions, pack(lastItemsApart(data)));
  const native = await open({
    program: 'train',
    files: { interactions },
    task: {
      model: label,
      seed,
      metrics: METRICS.split(','),
      settings: Object.fromEntries(settings.split(' ').map((setting) => setting.split('='))),
    },
  });
  return { all: await native.run({ threads: 2 }) };
}

function lastItemsApart(file) {
  const rows = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  const pairs = rows.map((row) => row.split(' ').map((id) => Number(id) - 1));
  const last = pairs.map(([user], n) => pairs[n + 1]?.[0] !== user);
  const columns = (of) => ({
    users: Int32Array.from(of, ([user]) => user),
    items: Int32Array.from(of, ([, item]) => item),
    values: new Float32Array(of.length).fill(1),
  });
  return {
    numUsers: pairs.reduce((most, [user]) => Math.max(most, user), 0) + 1,
    numItems: pairs.reduce((most, [, item]) => Math.max(most, item), 0) + 1,
    train: columns(pairs.filter((_, n) => !last[n])),
    test: columns(pairs.filter((_, n) => last[n])),
    negatives: columns([]),
  };
}

async function draw(rows, folder) {
  const points = (value) =>
    rows.flatMap(({ label, build, all }) =>
      all.curve.map((point) => ({
        x: point.seconds / 60,
        y: point[value],
        name: `${label}, ${build}`,
      })),
    );
  await drawPanels({
    file: join(folder, 'sequences.svg'),
    title: 'Validation while training, two threads',
    x: 'minutes',
    panels: [
      { y: 'ndcg@10', rows: points('ndcg') },
      { y: 'hit_rate@10', rows: points('hitRate') },
    ],
  });
}

const figures = ({ metrics }) =>
  METRICS.split(',')
    .map((metric) => metrics[metric].toFixed(4))
    .join(' / ');

function reached({ metrics }, least) {
  if (!least) return '';
  const met = METRICS.split(',').every((metric, n) => metrics[metric] >= least[n]);
  return met ? ' ✓' : ` (wanted ${least.join(' / ')})`;
}

function section(rows) {
  return `## What comes next

MovieLens-1M as the authors of SASRec left it: 6,040 people, 3,416 films, each person's last film to be found from those before,
hit_rate@10 / ndcg@10, among all films that the person has not met and among ${NEGATIVES} drawn ones. Of the last film but one, which is not
learned from, the training tells when it ends and which epoch is kept; settings were chosen by it too.

![Validation while training](sequences.svg)

| model | build | settings | all films | ${NEGATIVES} drawn | epochs | minutes, 2 threads |
| --- | --- | --- | --- | --- | --- | --- |
${rows.map(tableRow).join('\n')}
${PUBLISHED.map(([label, all, sampled]) => `| ${label} | | | ${all} | ${sampled} | | |`).join('\n')}

${rows
  .filter(({ command }) => command)
  .map(({ command }) => `    ${command}`)
  .join('\n')}
`;
}

function tableRow({ label, build, settings, all, sampled, least, leastSampled }) {
  const minutes = (all.curve.at(-1)?.seconds ?? Number.NaN) / 60;
  const cells = [
    `\`${label}\``,
    build,
    settings,
    `${figures(all)}${reached(all, least)}`,
    sampled ? `${figures(sampled)}${reached(sampled, leastSampled)}` : '',
    all.curve.length,
    minutes.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}
