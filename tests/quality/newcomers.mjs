// How good the lists of people are of whom one, two, three … items are known.
import { drawLines } from './chart.mjs';

export const name = 'newcomers';
const SET = 'ml-1m-newcomers';
const MODELS = ['popularity', 'tf_idf', 'item_neighbors', 'item_graph', 'ials', 'hybrid'];
const EVENTS = [1, 2, 3, 5, 10];
const METRIC = 'ndcg@10';

/** @returns {Promise<string | null>} Markdown, or null where the data is not there */
export async function measure({ sets, evaluate, folder, say }) {
  const set = sets[SET];
  if (!set.here) return null;
  const rows = [];
  for (const model of MODELS) {
    for (const events of EVENTS) {
      const args = [...set.args, '--model', model, '--history-events', String(events)];
      const { metrics, intervals } = evaluate([...args, '--metrics', METRIC]);
      const [low, high] = intervals[METRIC];
      rows.push({ name: model, x: events, y: metrics[METRIC], low, high });
      say(`${SET}: ${model}, ${events} events: ${metrics[METRIC].toFixed(4)}`);
    }
  }
  await drawLines({
    file: `${folder}/newcomers.svg`,
    title: 'Lists for newcomers, MovieLens-1M',
    x: 'items known of a person',
    y: METRIC,
    logarithmic: true,
    rows,
  });
  const at = (model, events) => rows.find((row) => row.name === model && row.x === events);
  const line = (model) =>
    `| \`${model}\` | ${EVENTS.map((events) => {
      const { y, low, high } = at(model, events);
      return `${y.toFixed(4)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
    }).join(' | ')} |`;
  const best = EVENTS.map((events) =>
    Math.max(...MODELS.filter((model) => model !== 'hybrid').map((model) => at(model, events).y)),
  );
  const holds = EVENTS.every((events, n) => at('hybrid', events).y >= best[n]);
  return `## ${set.title}

${METRIC} of the other fifth of each newcomer's films among all that they have not met. The hybrid is ${
    holds
      ? 'at or above the best single model everywhere'
      : '**not** everywhere at or above the best single model'
  }.

| model | ${EVENTS.map((events) => `${events} known`).join(' | ')} |
| --- | ${EVENTS.map(() => '---').join(' | ')} |
${MODELS.map(line).join('\n')}

![${METRIC} over the items known of a person](newcomers.svg)
`;
}
