// What comes next: SASRec and GRU4Rec on SASRec's MovieLens-1M, each person's last item to be found. Settings were chosen
// by the curves of validation, on the last item but one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
    settings: 'num_factors=128 num_heads=2 dropout=0.3 epochs=80',
    least: [0.3, 0.172],
    leastSampled: [0.8245, 0.59],
  },
  { label: 'gru', settings: 'epochs=60' },
];

/** @returns {Promise<string | null>} Markdown, or null where the data is not there */
export async function measure({ evaluate, folder, say }) {
  const data = join(root, '..', 'shared', 'data', 'sasrec-ml-1m', 'ml-1m.txt.gz');
  if (!existsSync(data)) return null;
  const rows = [];
  const points = { 'ndcg@10': [], 'hit_rate@10': [] };
  for (const { label, settings, least, leastSampled } of RUNS) {
    const args = [
      ...['--interactions', data, '--columns', 'user,item', '--delimiter', ' '],
      ...['--split', 'leave-one-out', '--model', label, '--set', ...settings.split(' ')],
      ...['--metrics', METRICS, '--checkpoint', join(scratch, `${label}.checkpoint`)],
    ];
    const all = evaluate(args, relaxedFlags());
    const sampled = evaluate([...args, '--sampled-negatives', String(NEGATIVES)], relaxedFlags());
    say(`${name}: ${label}: ${figures(all)} of all, ${figures(sampled)} of ${NEGATIVES + 1}`);
    for (const point of all.curve) {
      const x = point.seconds / 60;
      points['ndcg@10'].push({ x, y: point.ndcg, name: label });
      points['hit_rate@10'].push({ x, y: point.hitRate, name: label });
    }
    rows.push({ label, settings, all, sampled, least, leastSampled, command: printable(args) });
  }
  await drawPanels({
    file: join(folder, 'sequences.svg'),
    title: 'Validation while training, two threads of WebAssembly in Node',
    x: 'minutes',
    panels: Object.entries(points).map(([y, of]) => ({ y, rows: of })),
  });
  return section(rows);
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

| model | settings | all films | ${NEGATIVES} drawn | epochs | minutes, 2 threads |
| --- | --- | --- | --- | --- | --- |
${rows
  .map(
    ({ label, settings, all, sampled, least, leastSampled }) =>
      `| \`${label}\` | ${settings} | ${figures(all)}${reached(all, least)} | ${figures(sampled)}${reached(sampled, leastSampled)} | ${all.curve.length} | ${((all.curve.at(-1)?.seconds ?? Number.NaN) / 60).toFixed(0)} |`,
  )
  .join('\n')}
${PUBLISHED.map(([label, all, sampled]) => `| ${label} | | ${all} | ${sampled} | | |`).join('\n')}

${rows.map(({ command }) => `    inkling evaluate ${command}`).join('\n')}
`;
}
