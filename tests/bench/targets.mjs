// What is wanted of speed, and which figure of a report says whether it is so.

/**
 * @typedef {object} Target
 * @property {string} what
 * @property {string} wanted
 * @property {string} workload
 * @property {(find: Find) => Found | null} judge null when a figure is missing
 *
 * @typedef {{ text: string, met: boolean }} Found
 * @typedef {(contestant: string, variant?: string | null, threads?: number | null) => import('./summary.mjs').Row | undefined} Find
 */

const ms = (seconds) => `${(seconds * 1000).toPrecision(3)} ms`;
const s = (seconds) => `${seconds.toPrecision(3)} s`;
const times = (ratio) => `${ratio.toPrecision(3)} ×`;
const MB = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

/** The fastest row that is as asked, by its first measure. */
function fastestOf(rows) {
  return (contestant, variant = null, threads = null) =>
    rows
      .filter((row) => row.contestant === contestant)
      .filter((row) => variant === null || row.variant === variant)
      .filter((row) => threads === null || row.threads === threads)
      .sort((a, b) => firstOf(a) - firstOf(b))[0];
}

const firstOf = (row) => Object.values(row.measures)[0].median;

/** Seconds of Chromium's fastest build with so many threads, and of what else must hold. */
const inChromium =
  (measure, most, threads, show = ms, also = () => ({ text: '', met: true })) =>
  (find) => {
    const row = find('chromium', null, threads);
    if (!row?.measures[measure]) return null;
    const seconds = row.measures[measure].median;
    const more = also(row, find);
    return { text: `${show(seconds)}${more.text}`, met: seconds <= most && more.met };
  };

const reaching = (metric, least) => (row) => ({
  text: `, ${metric} ${row.metrics[metric].toFixed(4)}`,
  met: row.metrics[metric] >= least,
});

const both =
  (...checks) =>
  (row, find) => {
    const found = checks.map((check) => check(row, find));
    return { text: found.map(({ text }) => text).join(''), met: found.every(({ met }) => met) };
  };

const toNative = (most) => (row) => ({
  text: `, ${times(row.toNative?.median ?? Number.NaN)} native`,
  met: (row.toNative?.median ?? Number.NaN) <= most,
});

/** Says how the row does beside another contestant, which decides nothing. */
const beside = (contestant) => (row, find) => {
  const other = find(contestant, null, row.threads);
  return {
    text: other ? `, ${times(firstOf(row) / firstOf(other))} ${contestant}` : '',
    met: true,
  };
};

const asManyTimesFasterThan = (contestant, measure, least) => (find) => {
  const [own, theirs] = [find('chromium'), find(contestant)];
  if (!own || !theirs) return null;
  const ratio = theirs.measures[measure].median / own.measures[measure].median;
  return { text: times(ratio), met: ratio >= least };
};

const scaling = (least) => (find) => {
  const [one, two] = [1, 2].map((threads) => find('chromium', 'relaxed-threads', threads));
  if (!one || !two) return null;
  const ratio = firstOf(one) / firstOf(two);
  return { text: times(ratio), met: ratio >= least };
};

/** @type {readonly Target[]} */
export const targets = [
  {
    what: 'iALS, ML-1M, 64 factors, to hit_rate@10 ≥ 0.721; Chromium, 2 threads',
    wanted: '≤ 1.5 s, ≤ 1.5 × native',
    workload: 'ials-64',
    judge: inChromium(
      'train',
      1.5,
      2,
      s,
      both(toNative(1.5), beside('native-128'), reaching('hit_rate@10', 0.721)),
    ),
  },
  {
    what: 'iALS, ML-1M, 192 factors, to hit_rate@10 ≥ 0.730; Chromium, 2 threads',
    wanted: '≤ 8 s',
    workload: 'ials-192',
    judge: inChromium('train', 8, 2, s, reaching('hit_rate@10', 0.73)),
  },
  {
    what: 'SASRec, ML-1M, 64 factors, one epoch; Chromium, 2 threads',
    wanted: '≤ 2.5 × native',
    workload: 'sasrec',
    judge: inChromium(
      'train',
      Number.POSITIVE_INFINITY,
      2,
      s,
      both(toNative(2.5), beside('native-128')),
    ),
  },
  {
    what: 'SASRec, 3,416 items, 50 events, 64 factors, 2 blocks, all read; Chromium',
    wanted: '≤ 1.5 ms',
    workload: 'what-next',
    judge: inChromium('full', 0.0015, null),
  },
  {
    what: 'the same, one event more; Chromium',
    wanted: '≤ 0.3 ms',
    workload: 'what-next',
    judge: inChromium('event', 0.0003, null),
  },
  {
    what: 'EASE, ML-1M; Chromium, 2 threads',
    wanted: '≤ 3 s',
    workload: 'ease',
    judge: inChromium('train', 3, 2, s),
  },
  {
    what: 'exact top-100 of 100,000 × 64, f32, scores of all; Chromium',
    wanted: '≤ 1.0 ms, ≤ 1.2 × native',
    workload: 'top-100-100k-floats',
    judge: inChromium('list', 0.001, null, ms, both(toNative(1.2), beside('native-128'))),
  },
  {
    what: 'the same, int8 scan and f32 rescoring; top-10 equal in ≥ 99.5 %; Chromium',
    wanted: '≤ 0.4 ms',
    workload: 'top-100-100k',
    judge: inChromium('list', 0.0004, null, ms, (row) => ({
      text: `, ${(row.sameLists * 100).toFixed(1)} % equal`,
      met: row.sameLists >= 0.995,
    })),
  },
  {
    what: 'exact top-100 of 1,000,000 × 64, int8; Chromium',
    wanted: '≤ 5 ms, ≤ 80 MB heap',
    workload: 'top-100-1M-int8',
    judge: inChromium('list', 0.005, null, ms, (row) => ({
      text: `, ${MB(row.memory)}`,
      met: row.memory <= 80e6,
    })),
  },
  {
    what: 'fold-in of 50 events, 64 factors; Chromium',
    wanted: '≤ 0.15 ms',
    workload: 'fold-in',
    judge: inChromium('list', 0.00015, null),
  },
  {
    what: 'record() to new list in the document, 10k items; Chromium',
    wanted: 'p50 ≤ 8 ms, p99 ≤ 16 ms, no main-thread task > 8 ms',
    workload: 'record',
    judge: inChromium('median', 0.008, null, ms, ({ measures: { p99, longestTask } }) => ({
      text: `, p99 ${ms(p99.median)}, longest task of all runs ${ms(longestTask.max)}`,
      met: p99.median <= 0.016 && longestTask.max <= 0.008,
    })),
  },
  {
    what: 'biased SGD epoch, 1M ratings, 64 factors; Chromium, 1 thread',
    wanted: '≤ 75 ms (1.5 × LIBMF’s 50 ms)',
    workload: 'biased-sgd',
    judge: inChromium('train', 0.075, 1),
  },
  {
    what: 'TF-IDF, build, against scikit-learn; Chromium',
    wanted: '≥ 5 × faster',
    workload: 'tf-idf',
    judge: asManyTimesFasterThan('scikit-learn', 'build', 5),
  },
  {
    what: 'TF-IDF, a query, against scikit-learn; Chromium',
    wanted: '≥ 5 × faster',
    workload: 'tf-idf',
    judge: asManyTimesFasterThan('scikit-learn', 'query', 5),
  },
  {
    what: 'open to first list, warm cache, 10k items; Chromium',
    wanted: '≤ 80 ms',
    workload: 'first-list',
    judge: inChromium('list', 0.08, null),
  },
  ...[
    { workload: 'texts-english', language: 'English' },
    { workload: 'texts-chinese', language: 'Chinese' },
  ].map(({ workload, language }) => ({
    what: `10,000 ${language} texts of 1,000 characters: index, a query, an event; Chromium`,
    wanted: '≤ 1 s, ≤ 1 ms, ≤ 1 ms',
    workload,
    judge: inChromium('index', 1, null, s, ({ measures: { query, event } }) => ({
      text: `, ${ms(query.median)}, ${ms(event.median)}`,
      met: query.median <= 0.001 && event.median <= 0.001,
    })),
  })),
  {
    what: 'greedy DPP: a list of 100 from 500 × 64; Chromium',
    wanted: '≤ 2 ms',
    workload: 'rerank',
    judge: inChromium('dpp', 0.002, 1),
  },
  ...['ials-64', 'ials-192', 'biased-sgd', 'bpr', 'item-neighbors', 'ease', 'pure-svd'].map(
    (workload) => ({
      what: `2 threads against 1, ${workload}; Chromium, relaxed`,
      wanted: '≥ 1.8 ×',
      workload,
      judge: scaling(1.8),
    }),
  ),
];

/** What a page downloads, in bytes, gzipped: the largest variant. */
const DOWNLOADS = [
  { what: 'download to recommend', most: 100e3, worker: 'worker-serving.js', kind: '-serving' },
  { what: 'download to train too', most: 150e3, worker: 'worker-training.js', kind: '' },
];

/** @param {Record<string, number>} sizes of files */
function judgeDownloads(sizes) {
  return DOWNLOADS.map(({ what, most, worker, kind }) => {
    const wasm = ['simd', 'simd-threads', 'relaxed-threads'].map(
      (name) => `inkling-${name}${kind}.wasm`,
    );
    const bytes = sizes['index.js'] + sizes[worker] + Math.max(...wasm.map((name) => sizes[name]));
    const found = Number.isNaN(bytes) ? 'not measured' : `${(bytes / 1000).toFixed(1)} KB`;
    const met = Number.isNaN(bytes) ? null : bytes <= most;
    return { what: `${what}, gzipped`, wanted: `≤ ${most / 1000} KB`, found, met };
  });
}

/**
 * @param {readonly { workload: string, rows: import('./summary.mjs').Row[] }[]} reports
 * @param {Record<string, number>} sizes of the files of the package, in bytes, gzipped
 * @returns {{ what: string, wanted: string, found: string, met: boolean | null }[]} met: null when it was not measured
 */
export function judgeTargets(reports, sizes = {}) {
  const judged = targets.map(({ what, wanted, workload, judge }) => {
    const report = reports.find((each) => each.workload === workload);
    const found = report ? judge(fastestOf(report.rows)) : null;
    return { what, wanted, found: found?.text ?? 'not measured', met: found?.met ?? null };
  });
  return [...judged, ...judgeDownloads(sizes)];
}
