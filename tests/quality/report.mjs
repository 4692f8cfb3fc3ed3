// The results of `npm run quality` as Markdown.

const cells = (values) => `| ${values.join(' | ')} |`;

function figure(result, metric) {
  const value = result.metrics[metric].toFixed(4);
  const interval = result.intervals?.[metric];
  return interval ? `${value} [${interval.map((end) => end.toFixed(3)).join(', ')}]` : value;
}

function setTable(rows, title) {
  const metrics = rows[0].metrics.split(',');
  const published = rows.some((row) => row.published);
  const least = rows.some((row) => row.least);
  const bound = (values) =>
    values
      ? values
          .map((value) => value ?? '')
          .join(' / ')
          .replace(/( \/ )+$/, '')
      : '';
  const head = [
    'model',
    'settings',
    ...metrics,
    ...(least ? ['at least'] : []),
    ...(published ? ['published'] : []),
    'train, s',
    'memory, MB',
  ];
  const lines = rows.map(
    ({ model, settings, result, failure, least: floor, reached, published: others }) => {
      if (!result) return cells([model, settings, failure, ...head.slice(3).map(() => '')]);
      const chosen = result.chosen
        ? `chose ${result.chosen.model} ${Object.entries(result.chosen.settings)
            .map(([name, value]) => `${name}=${value}`)
            .join(' ')}`
        : settings || 'defaults';
      return cells([
        `\`${model}\``,
        chosen,
        ...metrics.map((metric) => figure(result, metric)),
        ...(least ? [floor ? `${bound(floor)} ${reached ? '✓' : '✗'}` : ''] : []),
        ...(published ? [bound(others)] : []),
        result.seconds.train.toFixed(1),
        (result.peak_memory_bytes / 2 ** 20).toFixed(0),
      ]);
    },
  );
  const { result, command } = rows.find((row) => row.result) ?? rows[0];
  const sizes = result
    ? `${result.users} users, ${result.items} items, ${result.interactions} training interactions, ${result.test_users} test users.`
    : '';
  return [
    `## ${title}`,
    '',
    sizes,
    '',
    '```sh',
    command,
    '```',
    '',
    cells(head),
    cells(head.map(() => '---')),
    ...lines,
    '',
  ].join('\n');
}

export function report(results, sets, { machine, seed, absent, sections = [] }) {
  const names = [...new Set(results.map(({ set }) => set))];
  const variant = results.find(({ result }) => result)?.result;
  return `# Quality

Written by \`npm run quality\`: every row is the command below its heading with the row's model and settings, in WebAssembly
(${variant?.variant}, ${variant?.threads} threads; ${machine}), seed ${seed}. In brackets stands the 95 % interval of a bootstrap over
the test users. Training seconds are of one run on a machine that may have had other work.

Settings that are no defaults, and the defaults themselves, were chosen without the test part (cpp/README.md says on what). A history
half-life needs the order of a history; published figures of the same models know none, so rows with and without stand apart:
without, \`user_neighbors\` and \`item_graph\` stay a little below theirs on the NCF split.
Published figures: Ferrari Dacrema, Boglio, Cremonesi & Jannach, "A troubling analysis of reproducibility and progress in
recommender systems research", TOIS 2021; Rendle, Krichene, Zhang & Koren, "Revisiting the performance of iALS on item
recommendation benchmarks", RecSys 2022; for ratings, LIBMF run on the same protocol.
${absent.length > 0 ? `\nNot measured, for want of the data: ${absent.join(', ')}.\n` : ''}
${names
  .map((name) =>
    setTable(
      results.filter(({ set }) => set === name),
      sets[name].title,
    ),
  )
  .join('\n')}
${sections.join('\n')}`;
}
