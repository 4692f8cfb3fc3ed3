// Curves of time and memory against size, as an SVG picture with logarithmic axes.

const WIDTH = 420;
const HEIGHT = 300;
const MARGIN = { left: 62, right: 14, top: 34, bottom: 44 };
const LEGEND_HEIGHT = 22;
const COLORS = [
  '#1b6ca8',
  '#c8553d',
  '#3f7d20',
  '#7b4ea3',
  '#a37b00',
  '#4a4a4a',
  '#d1739a',
  '#2a9d8f',
];

/**
 * @typedef {{ name: string, points: { x: number, y: number }[] }} Line
 * @typedef {{ title: string, xLabel: string, lines: Line[] }} Panel
 */

/**
 * @param {readonly any[]} reports of measure.mjs; those without `growth` are passed over
 * @returns {string} SVG, or '' when nothing grows
 */
export function growthPicture(reports) {
  const panels = panelsOf(reports);
  if (panels.length === 0) return '';
  const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const colorOf = (name) => COLORS[names.indexOf(name) % COLORS.length];
  const rows = Math.ceil(panels.length / 2);
  const height = rows * HEIGHT + LEGEND_HEIGHT * Math.ceil(names.length / 3) + 10;
  const drawn = panels.map((panel, n) => {
    const [x, y] = [(n % 2) * WIDTH, Math.floor(n / 2) * HEIGHT];
    return `<g transform="translate(${x} ${y})">${drawPanel(panel, colorOf)}</g>`;
  });
  const legend = names.map((name, n) => {
    const [x, y] = [20 + (n % 3) * 275, rows * HEIGHT + LEGEND_HEIGHT * Math.floor(n / 3) + 14];
    return (
      `<line x1="${x}" y1="${y - 4}" x2="${x + 22}" y2="${y - 4}" stroke="${colorOf(name)}" stroke-width="2.5"/>` +
      `<text x="${x + 28}" y="${y}">${escaped(name)}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * WIDTH} ${height}" width="${2 * WIDTH}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">
<title>Time and memory against size</title>
<rect width="100%" height="100%" fill="#fff"/>
${[...drawn, ...legend].join('\n')}
</svg>
`;
}

/** For each curve one panel of the time and one of the memory, with a line for the fastest build of each contestant. */
function panelsOf(reports) {
  const growing = reports.filter(({ growth }) => growth);
  const curves = [...new Set(growing.map(({ growth }) => growth.curve))];
  const panels = curves.flatMap((curve) => {
    const own = growing.filter(({ growth }) => growth.curve === curve);
    const kinds = [
      [`seconds of ${curve}`, (row) => Object.values(row.measures)[0].median],
      [`memory of ${curve}, MB`, (row) => (row.memory ?? 0) / 1e6],
    ];
    return kinds.map(([title, figureOf]) => ({
      title,
      xLabel: own[0].growth.of,
      lines: linesOf(own, figureOf),
    }));
  });
  return panels.filter(({ lines }) => lines.length > 0);
}

function linesOf(reports, figureOf) {
  const lines = new Map();
  for (const { growth, rows } of reports) {
    const fastest = new Map();
    for (const row of rows) {
      const known = fastest.get(row.contestant);
      const first = ({ measures }) => Object.values(measures)[0].median;
      if (!known || first(row) < first(known)) fastest.set(row.contestant, row);
    }
    for (const [name, row] of fastest) {
      const y = figureOf(row);
      if (!(y > 0)) continue;
      if (!lines.has(name)) lines.set(name, []);
      lines.get(name).push({ x: growth.size, y });
    }
  }
  return [...lines].map(([name, points]) => ({ name, points: points.sort((a, b) => a.x - b.x) }));
}

/** @param {Panel} panel */
function drawPanel({ title, xLabel, lines }, colorOf) {
  const points = lines.flatMap((line) => line.points);
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const x = logScale(
    points.map((point) => point.x),
    MARGIN.left,
    right,
  );
  const y = logScale(
    points.map((point) => point.y),
    bottom,
    MARGIN.top,
  );
  const grid = [
    ...x.ticks.map(
      (value) =>
        `<line x1="${x.at(value)}" x2="${x.at(value)}" y1="${MARGIN.top}" y2="${bottom}" stroke="#ddd"/>` +
        `<text x="${x.at(value)}" y="${bottom + 16}" text-anchor="middle">${short(value)}</text>`,
    ),
    ...y.ticks.map(
      (value) =>
        `<line x1="${MARGIN.left}" x2="${right}" y1="${y.at(value)}" y2="${y.at(value)}" stroke="#ddd"/>` +
        `<text x="${MARGIN.left - 6}" y="${y.at(value) + 4}" text-anchor="end">${short(value)}</text>`,
    ),
  ];
  const drawn = lines.map(({ name, points: own }) => {
    const color = colorOf(name);
    const path = own.map((point) => `${x.at(point.x)},${y.at(point.y)}`);
    const dots = path.map((place) => {
      const [cx, cy] = place.split(',');
      return `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`;
    });
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}`;
  });
  return (
    `<text x="${MARGIN.left}" y="20" font-weight="bold">${escaped(title)}</text>${grid.join('')}` +
    `<text x="${(MARGIN.left + right) / 2}" y="${bottom + 34}" text-anchor="middle">${escaped(xLabel)}</text>${drawn.join('')}`
  );
}

/** From whole powers of ten to whole powers of ten. */
function logScale(values, from, to) {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  const at = (value) => {
    const share = (Math.log10(value) - low) / (high - low);
    return Math.round((from + share * (to - from)) * 10) / 10;
  };
  const ticks = Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n));
  return { at, ticks };
}

function short(value) {
  if (value >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
  if (value >= 1e3) return `${+(value / 1e3).toPrecision(3)}k`;
  return String(+value.toPrecision(3));
}

const escaped = (text) => text.replace(/[&<>]/g, (found) => `&#${found.charCodeAt(0)};`);
