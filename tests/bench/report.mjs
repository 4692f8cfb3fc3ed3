/**
 * @typedef {object} Report what measure.mjs gives, and
 * @property {string} roofline
 * @property {string} command
 * @property {string} date
 * @property {Record<string, string>} machine
 */

/** A machine busier than this with other work gives no figures to pass on. */
const BUSY_LIMIT = 0.1;

const UNITS = { s: 1, ms: 1e3, µs: 1e6, ns: 1e9 };

const LAST_HEADING = '## How it is measured';

export function textReport(report) {
  const notes = [...report.notes, ...busyNotes(report)];
  return `${report.title}\n${report.description}\n\n${plainTable(tableOf(report))}\n${notes
    .map((note) => `note: ${note}\n`)
    .join('')}${report.roofline ? `${report.roofline}\n` : ''}`;
}

export function textTargets(judged) {
  const known = judged.filter(({ met }) => met !== null);
  return known
    .map(({ what, wanted, found, met }) => `${mark(met)} ${what}: ${found} (${wanted})\n`)
    .join('');
}

/**
 * @param {readonly Report[]} reports
 * @param {{ targets: ReturnType<typeof import('./targets.mjs').judgeTargets>, downloads: Record<string, number>,
 *   picture: string }} more picture: the name of the file beside
 */
export function markdownReport(reports, { targets, downloads, picture }) {
  const [first] = reports;
  const machine = Object.assign({}, ...reports.map((report) => report.machine));
  const busy = { median: median(reports.map((each) => each.busy.median)) };
  return `# Benchmark

Written by \`${first.command}\` on ${first.date}; run it again rather than edit this file.

${Object.entries(machine)
  .map(([what, value]) => `- ${what}: ${value}`)
  .join('\n')}

## Targets

${markdownTable([
  ['', 'what', 'wanted', 'found'],
  ...targets.map(({ what, wanted, found, met }) => [mark(met), what, wanted, found]),
])}

Files, gzipped: ${Object.entries(downloads)
    .map(([name, bytes]) => `${name} ${(bytes / 1000).toFixed(1)} KB`)
    .join(', ')}.

## Growth

![Time and memory against size](${picture})

${reports.map(markdownSection).join('\n')}
${LAST_HEADING}

- Every run is a new process (native, Node, Python) or a new page (browsers), and takes its times itself. Training: from
  data in the engine to the finished model; the browser's and Node's compilation of the hot loops while they run is part
  of it. Lists: what the engine's worker takes for
  each, the mean of the middle half of a run; natively the same call of the same class.
- All contestants of a workload run in turn, round by round, every second round backwards. Shown are the median and, in
  brackets, the least and the most of the rounds. "× native" is the ratio to the native build in the same round, with as
  many threads where it has them.
- Contestants whose results differ by more than a workload allows make the run fail: metrics of trained models, items of
  lists. "same lists" is the share of the lists whose first ten items are those of the plain JavaScript in Node
  (TF-IDF: of the native build).
- Lists are asked for without reasons. Those of a model file with int8 factors are compared with lists of the same rounded
  factors as floats; what the rounding itself changes is in the README.
- "native" is built with \`-O3 -march=native\`, "native-128" with \`-O3 -march=x86-64-v2\`: the same code for vectors as
  WebAssembly has them.
- "from core to core" differs where a virtual machine's cores are now on one chip and now on two; it decides how much a second
  thread brings to models whose threads write what others have written.
- "plain JavaScript" is written for this benchmark (\`programs/plain/\`): typed arrays, one thread, no packages.
- Memory is that of the wasm heap, or all that the native process took at most.
- In the moment before each run, other work took ${percent(busy.median)} of the processors (median of the medians).
`;
}

/**
 * The report with the sections and targets of some workloads anew, which say when and how they were measured.
 * @param {string} text what markdownReport gave
 * @param {readonly Report[]} reports
 * @param {ReturnType<typeof import('./targets.mjs').judgeTargets>} targets
 */
export function renewedReport(text, reports, targets) {
  let renewed = text;
  for (const report of reports) {
    const [title, ...rest] = markdownSection(report).split('\n');
    const section = [title, '', `By \`${report.command}\` on ${report.date}.`, ...rest].join('\n');
    const begin = renewed.includes(`\n${title}\n`)
      ? renewed.indexOf(`\n${title}\n`) + 1
      : renewed.indexOf(LAST_HEADING);
    const end = renewed.startsWith(title, begin) ? renewed.indexOf('\n## ', begin) + 1 : begin;
    renewed = `${renewed.slice(0, begin)}${section}\n${renewed.slice(end)}`;
  }
  for (const { what, wanted, found, met } of targets.filter((target) => target.met !== null)) {
    const row = tableLine([mark(met), what, wanted, found]);
    const lines = renewed.split('\n');
    const old = lines.findIndex((line) => line.includes(` | ${what} | `));
    const firstDownload = lines.findIndex((line) => line.includes(' | download to '));
    if (old >= 0) lines[old] = row;
    else lines.splice(firstDownload, 0, row);
    renewed = lines.join('\n');
  }
  return renewed;
}

function markdownSection(report) {
  const notes = [...report.notes, ...busyNotes(report)].map((note) => `\nNote: ${note}.\n`);
  return `## ${report.title}

\`${report.workload}\`; ${report.description}. Rounds: ${report.repetitions}.

${markdownTable(tableOf(report))}
${notes.join('')}
What bounds it: ${report.whatBoundsIt} ${report.roofline}
${report.whatWouldMoveIt ? `\nWhat would move it: ${report.whatWouldMoveIt}\n` : ''}`;
}

function busyNotes({ busy }) {
  if (!(busy.median > BUSY_LIMIT)) return [];
  return [
    `the machine had other work (${percent(busy.median)} of the processors, at most ${percent(busy.max)}), so these ` +
      'figures are too high',
  ];
}

/** Columns that no row fills are left out. */
function tableOf({ rows, measures }) {
  const metrics = [...new Set(rows.flatMap((row) => Object.keys(row.metrics)))];
  const [primary, ...others] = Object.entries(measures);
  const timeColumn = ([name, { label, unit }]) => [
    `${label}, ${unit}`,
    (row) => (row.measures[name] ? spread(row.measures[name], UNITS[unit]) : ''),
  ];
  const columns = [
    ['contestant', (row) => row.contestant],
    ['build', (row) => (row.variant === row.contestant ? '' : row.variant)],
    ['threads', (row) => String(row.threads)],
    timeColumn(primary),
    ['× native', (row) => (row.toNative ? spread(row.toNative, 1) : '')],
    ...others.map(timeColumn),
    ['10⁹ operations/s', (row) => row.gflops?.toFixed(1) ?? ''],
    ...metrics.map((metric) => [metric, (row) => row.metrics[metric]?.toFixed(4) ?? '']),
    [
      'same lists',
      (row) => (row.sameLists === null ? '' : `${(row.sameLists * 100).toFixed(1)} %`),
    ],
    ['memory, MB', (row) => (row.memory ? (row.memory / 1e6).toFixed(0) : '')],
  ];
  const cells = columns
    .map(([title, cellOf]) => [title, ...rows.map(cellOf)])
    .filter(([, ...column]) => column.some((cell) => cell !== ''));
  return cells[0].map((_, r) => cells.map((column) => column[r]));
}

const figure = (value) => (value >= 1000 ? value.toFixed(0) : value.toPrecision(3));
const spread = ({ median: middle, min, max }, scale) =>
  `${figure(middle * scale)} (${figure(min * scale)}–${figure(max * scale)})`;
const percent = (share) => `${(share * 100).toFixed(0)} %`;
const mark = (met) => (met === null ? '–' : met ? '✓' : '✗');
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function plainTable(table) {
  const widths = table[0].map((_, c) => Math.max(...table.map((row) => row[c].length)));
  const line = (row) => row.map((cell, c) => cell.padEnd(widths[c])).join('  ');
  return table.map((row) => `${line(row).trimEnd()}\n`).join('');
}

const tableLine = (row) => `| ${row.join(' | ')} |`;

function markdownTable([header, ...rows]) {
  const rule = header.map((_, c) => (c < 2 ? '---' : '---:'));
  return [header, rule, ...rows].map(tableLine).join('\n');
}
