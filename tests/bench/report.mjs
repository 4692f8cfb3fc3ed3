/**
 * @typedef {object} Report
 * @property {string} workload
 * @property {string} title
 * @property {string} description of the data
 * @property {string} whatBoundsIt
 * @property {string} command
 * @property {string} date
 * @property {number} repetitions
 * @property {number} warmUp
 * @property {Record<string, string>} machine
 * @property {import('./rounds.mjs').Spread} busy
 * @property {string[]} notes
 * @property {import('./summary.mjs').Row[]} rows
 */

/** A machine busier than this with other work gives no figures to pass on. */
const BUSY_LIMIT = 0.1;

/** @param {Report} report */
export function textReport(report) {
  const notes = [...report.notes, ...busyNotes(report)];
  return `${report.title}\n${report.description}\n\n${plainTable(tableOf(report.rows))}\n${notes
    .map((note) => `note: ${note}\n`)
    .join('')}`;
}

/** @param {readonly Report[]} reports */
export function markdownReport(reports) {
  const [first] = reports;
  const { repetitions, warmUp, busy } = first;
  const machine = Object.entries(first.machine).map(([what, value]) => `- ${what}: ${value}`);
  return `# Benchmark

Written by \`${first.command}\` on ${first.date}; run it again rather than edit this file.

${machine.join('\n')}

${reports.map(markdownSection).join('\n')}
## How it is measured

- Only training counts, from data in the engine to the finished model, timed inside each
  contestant. Every run is a new process (native, Node) or a new page (Chromium), so the browser's
  and Node's compilation of the hot loops while they run is part of it.
- All contestants run in turn, round by round, every second round backwards. Rounds that count:
  ${repetitions}; before them, to warm up: ${warmUp}. Shown are the median and, in brackets, the
  least and the most. "× native" is the ratio to the native build with as many threads in the same
  round.
- All must reach the same quality, or there is no report.
- In the moment before each run, other work took ${percent(busy.median)} of the processors (median;
  at most ${percent(busy.max)}).
`;
}

function markdownSection(report) {
  const notes = [...report.notes, ...busyNotes(report)].map((note) => `\nNote: ${note}.\n`);
  return `## ${report.title}

Data: ${report.description}.

${markdownTable(tableOf(report.rows))}
${notes.join('')}
What bounds it: ${report.whatBoundsIt}
`;
}

function busyNotes({ busy }) {
  if (busy.max <= BUSY_LIMIT) return [];
  return [
    `the machine had other work (${percent(busy.median)} of the processors, at most ` +
      `${percent(busy.max)}), so these figures are too high`,
  ];
}

/** @param {readonly import('./summary.mjs').Row[]} rows */
function tableOf(rows) {
  const metrics = Object.keys(rows[0].metrics);
  const figures = ['seconds', '× native', 'GFLOP/s', ...metrics];
  const header = ['contestant', 'variant', 'threads', ...figures];
  const cells = rows.map((row) => [
    row.contestant,
    row.variant === row.contestant ? '' : row.variant,
    String(row.threads),
    spread(row.seconds),
    row.toNative ? spread(row.toNative) : '',
    row.gflops.toFixed(1),
    ...metrics.map((metric) => row.metrics[metric].toFixed(4)),
  ]);
  return [header, ...cells];
}

const spread = ({ median, min, max }) =>
  `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
const percent = (share) => `${(share * 100).toFixed(0)} %`;

function plainTable(table) {
  const widths = table[0].map((_, c) => Math.max(...table.map((row) => row[c].length)));
  const line = (row) => row.map((cell, c) => cell.padEnd(widths[c])).join('  ');
  return table.map((row) => `${line(row).trimEnd()}\n`).join('');
}

function markdownTable([header, ...rows]) {
  const line = (row) => `| ${row.join(' | ')} |`;
  const rule = header.map((_, c) => (c < 2 ? '---' : '---:'));
  return [header, rule, ...rows].map(line).join('\n');
}
