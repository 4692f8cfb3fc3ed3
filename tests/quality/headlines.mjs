// How well items are told by their texts: node tests/quality/headlines.mjs [dev] [key=value …] prints one JSON object.
// Settings of tf_idf may be given. `dev` asks one half of the development headlines about the other: there settings are
// chosen. Without it the test headlines are asked about, once a choice is made.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { ensurePackage } from '../../web/build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const HEADLINES = join(root, '..', 'shared', 'data', 'zh-headlines');
const NEIGHBORS = 10;

/** The labelled texts of a file of `text \t label` lines. */
export function labelled(path) {
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const end = line.lastIndexOf('\t');
      return { text: line.slice(0, end), label: line.slice(end + 1).trim() };
    });
}

/** Every second text of each label. */
export function halves(texts) {
  const seen = new Map();
  const parts = [[], []];
  for (const each of texts) {
    const count = seen.get(each.label) ?? 0;
    seen.set(each.label, count + 1);
    parts[count % 2].push(each);
  }
  return parts;
}

/**
 * What the nearest of the known texts say of each asked one.
 * @param {{ text: string, label: string }[]} known
 * @param {{ text: string, label: string }[]} asked
 * @param {object} options of `open`, and `settings` of a tf_idf model to train first
 */
export async function agreement(known, asked, { settings, ...options } = {}) {
  await ensurePackage(() => {});
  const { Recommender } = await import(join(root, 'dist', 'node.js'));
  const catalog = known.map(({ text }, n) => ({ id: String(n), text }));
  const open = (more) => Recommender.open({ storage: 'memory', ...options, ...more });
  let recommender = await open({ catalog });
  try {
    if (settings) {
      const model = { model: 'tf_idf', settings, use: false };
      const { modelFile } = await recommender.train([{ user: 'nobody', item: '0' }], model);
      await recommender.close();
      recommender = await open({ model: modelFile }); // with a catalogue, queries would be answered from that
    }
    const sums = { share: 0, majority: 0, weighted: 0 };
    let ms = 0;
    for (const { text, label } of asked) {
      const start = performance.now();
      const list = await recommender.recommend({ query: text, k: NEIGHBORS, explain: false });
      ms += performance.now() - start;
      const near = list.filter(({ source }) => source === 'query');
      const labels = near.map(({ item }) => known[Number(item)].label);
      sums.share += labels.filter((each) => each === label).length / NEIGHBORS;
      sums.majority += vote(labels, () => 1) === label ? 1 : 0;
      sums.weighted += vote(labels, (n) => near[n].score) === label ? 1 : 0;
    }
    const mean = (sum) => Number((sum / asked.length).toFixed(4));
    return {
      known: known.length,
      asked: asked.length,
      sharedLabels: mean(sums.share),
      majorityVote: mean(sums.majority),
      weightedVote: mean(sums.weighted),
      msAQuery: mean(ms),
    };
  } finally {
    await recommender.close();
  }
}

export const name = 'headlines';

/** @returns {Promise<string | null>} Markdown, or null where the data is not there */
export async function measure({ say }) {
  if (!existsSync(HEADLINES)) return null;
  const [dev, test] = ['dev', 'test'].map((part) => labelled(join(HEADLINES, `${part}.txt.gz`)));
  const found = await agreement(dev, test);
  say(`headlines: ${JSON.stringify(found)}`);
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  return `## Chinese headlines: what the nearest ${NEIGHBORS} say of the topic

${found.asked} headlines (\`test\`), each asked for as a query among ${found.known} others (\`dev\`), with defaults. There are ten topics of a thousand
headlines each. The topic that most of the ${NEIGHBORS} have is the right one for ${percent(found.majorityVote)} of the headlines, and for
${percent(found.weightedVote)} when each counts as much as it is alike; of all neighbours ${percent(found.sharedLabels)} have the same topic.
`;
}

/** The label with the largest sum; the nearest one's of those that are equal. */
function vote(labels, weightOf) {
  const sums = new Map();
  for (const [n, label] of labels.entries()) sums.set(label, (sums.get(label) ?? 0) + weightOf(n));
  return [...sums].sort(([, one], [, other]) => other - one)[0]?.[0];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const given = words
    .filter((word) => word.includes('='))
    .map((word) => word.split('='))
    .map(([key, value]) => [key, Number.isNaN(Number(value)) ? value : Number(value)]);
  const options = given.length > 0 ? { settings: Object.fromEntries(given) } : {};
  if (!existsSync(HEADLINES)) {
    console.error(`error: ${HEADLINES} is not there; these headlines are not part of the project`);
    process.exitCode = 1;
  } else {
    const dev = labelled(join(HEADLINES, 'dev.txt.gz'));
    const [known, asked] = words.includes('dev')
      ? halves(dev)
      : [dev, labelled(join(HEADLINES, 'test.txt.gz'))];
    console.log(JSON.stringify({ headlines: await agreement(known, asked, options), ...options }));
  }
}
