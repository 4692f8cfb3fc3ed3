// What trying out costs and brings in a world of which everything is known: regret, and estimates of another policy from the log.
import { mulberry32 } from '../bench/data/power-law.mjs';
import { drawLines } from './chart.mjs';
import { inLanes, MINUTE_MS, onDay, openInSimulatedTime } from './simulated-time.mjs';

export const name = 'exploration';
const TOPICS = 10;
const ITEMS = 50;
const ROUNDS = 3000;
const RUNS = 12;
const POINTS = 40;
const LANES = 2;
const POLICIES = ['thompson', 'linucb', 'softmax'];
/** No more than √T: what is to be shown of Thompson sampling. */
const LARGEST_EXPONENT = 0.5;

const WORLDS = 200;
const CHOICES = 300;
const TEMPERATURE = 0.5;
const LEAST_COVERED = 0.9;

/** @returns {Promise<string>} Markdown */
export async function measure({ folder, seed, say }) {
  const catalog = Array.from({ length: ITEMS }, (_, n) => ({
    id: `i${n}`,
    tags: [`topic ${n % TOPICS}`],
    popularity: ITEMS - n,
  }));
  const lanes = await openInSimulatedTime(LANES, { catalog });
  try {
    const tasks = POLICIES.flatMap((by) =>
      Array.from({ length: RUNS }, (_, run) => ({ by, run: seed * 1000 + run })),
    );
    const runs = await inLanes(lanes, tasks, regretOf);
    const curves = POLICIES.map((by, n) => ({
      by,
      rows: meanCurve(runs.slice(n * RUNS, (n + 1) * RUNS)),
    }));
    say(`${name}: ${RUNS} runs of ${ROUNDS} rounds of each policy`);
    const estimates = await coverage(lanes, seed);
    say(`${name}: ${WORLDS} worlds estimated`);
    await draw(curves, folder);
    return section(curves, estimates);
  } finally {
    for (const { recommender } of lanes) await recommender.close();
  }
}

/** How likely the person takes an item of each topic. */
function ratesOf(seed) {
  const random = mulberry32(seed);
  return Array.from({ length: TOPICS }, () => 0.05 + 0.6 * random());
}
const topicOf = (item) => Number(item.slice(1)) % TOPICS;

/** Regret round by round, of one place all of which goes to trying out. */
async function regretOf({ recommender, setTime }, { by, run }) {
  await recommender.erase();
  const rates = ratesOf(run);
  const best = Math.max(...rates);
  const random = mulberry32(run + 7);
  const regret = [];
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const at = onDay(round);
    setTime(at);
    const [{ item, propensity }] = await recommender.recommend({
      k: 1,
      excludeSeen: false,
      explain: false,
      impressions: { by: 0 },
      explore: { share: 1, by, epsilon: 0 },
      seed: run * ROUNDS + round,
    });
    const rate = rates[topicOf(item)];
    sum += best - rate;
    regret.push(sum);
    await recommender.record([
      { item, type: 'impression', at, position: 1, propensity },
      ...(random() < rate ? [{ item, type: 'click', at: at + MINUTE_MS }] : []),
    ]);
  }
  return regret;
}

/** Of the mean over runs: points at which the next is about an equal factor later. */
function meanCurve(runs) {
  const rounds = [
    ...new Set(
      Array.from({ length: POINTS }, (_, n) =>
        Math.round(10 * (ROUNDS / 10) ** (n / (POINTS - 1))),
      ),
    ),
  ];
  return rounds.map((round) => {
    const values = runs.map((regret) => regret[round - 1]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance =
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    const error = 1.96 * Math.sqrt(variance / values.length);
    return { round, mean, low: mean - error, high: mean + error };
  });
}

/** The slope of log regret over log rounds, in the last nine tenths of the rounds. */
function exponent(rows) {
  const late = rows.filter(({ round }) => round >= ROUNDS / 10);
  const xs = late.map(({ round }) => Math.log(round));
  const ys = late.map(({ mean }) => Math.log(mean));
  const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [average(xs), average(ys)];
  const along = xs.reduce((sum, value, n) => sum + (value - x) * (ys[n] - y), 0);
  return along / xs.reduce((sum, value) => sum + (value - x) ** 2, 0);
}

/** How often intervals made from the log of one policy hold what another would have brought. */
async function coverage(lanes, seed) {
  const worlds = Array.from({ length: WORLDS }, (_, n) => seed * 7919 + n);
  const found = await inLanes(lanes, worlds, async ({ recommender, setTime }, world) => {
    await recommender.erase();
    setTime(onDay(0));
    const rates = ratesOf(world);
    const random = mulberry32(world + 1);
    const log = {
      propensities: [],
      targets: [],
      rewards: [],
      chosenEstimates: [],
      targetEstimates: [],
    };
    // The policy in question shows every item alike.
    const truth = rates.reduce((sum, rate) => sum + rate, 0) / TOPICS;
    for (let choice = 0; choice < CHOICES; choice++) {
      const [{ item, propensity }] = await recommender.recommend({
        k: 1,
        explain: false,
        explore: { share: 1, by: 'softmax', temperature: TEMPERATURE },
        seed: choice + CHOICES * (world % 1009),
      });
      log.propensities.push(propensity);
      log.targets.push(1 / ITEMS);
      log.rewards.push(Number(random() < rates[topicOf(item)]));
      // A model that knows half of what there is to know.
      log.chosenEstimates.push(0.175 + 0.5 * rates[topicOf(item)]);
      log.targetEstimates.push(0.175 + 0.5 * truth);
    }
    const estimates = await recommender.offPolicy(log);
    return Object.entries(estimates).map(
      ([
        way,
        {
          value,
          interval: [low, high],
        },
      ]) => ({
        way,
        covered: low <= truth && truth <= high,
        width: high - low,
        error: value - truth,
      }),
    );
  });
  const ways = [...new Set(found.flat().map(({ way }) => way))];
  return ways.map((way) => {
    const own = found.flat().filter((each) => each.way === way);
    const mean = (of) => own.reduce((sum, each) => sum + of(each), 0) / own.length;
    return {
      way,
      covered: mean(({ covered }) => Number(covered)),
      width: mean(({ width }) => width),
      bias: mean(({ error }) => error),
    };
  });
}

async function draw(curves, folder) {
  const thompson = curves[0].rows;
  const [{ round, mean }] = thompson;
  const root = thompson.map((row) => ({
    name: '√T',
    x: row.round,
    y: mean * Math.sqrt(row.round / round),
  }));
  await drawLines({
    file: `${folder}/exploration.svg`,
    title: `Regret of one place, ${TOPICS} topics, mean of ${RUNS} runs`,
    x: 'rounds',
    y: 'regret',
    rows: [
      ...curves.flatMap(({ by, rows }) =>
        rows.map((row) => ({ name: by, x: row.round, y: row.mean, low: row.low, high: row.high })),
      ),
      ...root,
    ],
  });
}

function section(curves, estimates) {
  const last = (rows) => rows.at(-1);
  const reached = exponent(curves[0].rows) <= LARGEST_EXPONENT ? 'as wanted' : 'MISSED';
  const covered = estimates[0].covered >= LEAST_COVERED ? 'as wanted' : 'MISSED';
  return `## Exploration: regret and estimates in a world that is known

A person takes items of ${TOPICS} topics with probabilities from 0.05 to 0.65 that nobody knows. For ${ROUNDS} rounds they are shown one item, all by
\`recommend({k: 1, explore: {share: 1, by, epsilon: 0}})\`; what was shown and taken is recorded, and nothing else is known. Regret is what the best topic
would have brought more. Mean of ${RUNS} runs; the exponent is the slope of log regret over log rounds from round ${ROUNDS / 10} on.

| policy | regret after ${ROUNDS} rounds | grows like T to the |
| --- | --- | --- |
${curves
  .map(
    ({ by, rows }) =>
      `| \`${by}\` | ${last(rows).mean.toFixed(1)} [${last(rows).low.toFixed(1)}, ${last(rows).high.toFixed(1)}] | ${exponent(rows).toFixed(2)} |`,
  )
  .join('\n')}

Thompson sampling's regret is to grow like √T or slower: **${reached}**. \`softmax\` does not learn, so its regret grows like T.

![Regret over rounds](exploration.svg)

What showing all items alike would have brought, estimated by \`offPolicy\` from ${CHOICES} choices by \`softmax\` (temperature ${TEMPERATURE}), in ${WORLDS} such
worlds. At least ${100 * LEAST_COVERED} % of the 95 % intervals by inverse propensities are to hold the truth: **${covered}**.

| estimate | intervals that hold the truth | their mean width | mean error |
| --- | --- | --- | --- |
${estimates
  .map(
    ({ way, covered: share, width, bias }) =>
      `| \`${way}\` | ${(100 * share).toFixed(1)} % | ${width.toFixed(3)} | ${bias.toFixed(4)} |`,
  )
  .join('\n')}
`;
}
