const grouped = (number) => Math.round(number).toLocaleString('en-US');

/** What stands above the rows. */
export const HEAD =
  '| reader | executions | a second | memory | result |\n| --- | --- | --- | --- | --- |';

/** One line of the table. */
export function row({ reader, executions, seconds, peak, finding }) {
  const cells = [
    `\`${reader}\``,
    grouped(executions),
    grouped(executions / Math.max(seconds, 0.001)),
    `${grouped(peak / 2 ** 20)} MB`,
    finding === undefined ? 'nothing found' : `**found**: ${finding.split('/').at(-1)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The rows of a RESULTS.md by their readers. */
export function rowsOf(results) {
  const rows = results.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(rows.map((line) => [/`(\w+)`/.exec(line)?.[1], line]));
}

/** RESULTS.md. A reader that runs anew takes its row's place. */
export function report(rows, cpu) {
  return [
    '# Hostile input, measured',
    '',
    `By the programs of \`npm run fuzz\`, one at a time beside other work on the machine, on one core of ${cpu}; README.md says what is watched. Memory is the peak of the whole process: in C++ with the`,
    'sanitizers and all inputs the fuzzer keeps, in JavaScript with Node.',
    '',
    HEAD,
    ...rows,
    '',
  ].join('\n');
}
