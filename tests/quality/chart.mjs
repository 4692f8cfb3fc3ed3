// Charts of measurements, as SVG.
import { writeFileSync } from 'node:fs';
import * as vega from 'vega';
import { compile } from 'vega-lite';

/** With more of them, marks would hide the lines. */
const MANY_POINTS = 100;
const LONGEST_LABEL = 300;

/** `order` is that of a line's points, where it is not that of x. */
/** @typedef {{ x: number, y: number, low?: number, high?: number, order?: number, name: string }} Point */

/** Lines over an axis, with bands where the points have them. */
function lines({ x, y, logarithmic = false, rows }) {
  const axis = { field: 'x', type: 'quantitative', title: x };
  const line = {
    mark: { type: 'line', point: rows.length < MANY_POINTS },
    encoding: {
      x: { ...axis, scale: logarithmic ? { type: 'log' } : { zero: false } },
      y: { field: 'y', type: 'quantitative', title: y, scale: { zero: false } },
      ...(rows.some(({ order }) => order !== undefined) && {
        order: { field: 'order', type: 'quantitative' },
      }),
      color: {
        field: 'name',
        type: 'nominal',
        title: null,
        sort: null,
        legend: { labelLimit: LONGEST_LABEL },
      },
    },
  };
  const band = {
    mark: { type: 'area', opacity: 0.15 },
    encoding: {
      x: line.encoding.x,
      y: { field: 'low', type: 'quantitative', title: y },
      y2: { field: 'high' },
      color: line.encoding.color,
    },
  };
  const bands = rows.some(({ low }) => low !== undefined);
  return { data: { values: rows }, layer: bands ? [band, line] : [line] };
}

async function write(file, { title, ...chart }) {
  const { spec } = compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    background: 'white',
    ...chart,
  });
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  writeFileSync(file, `${await view.toSVG()}\n`);
}

/**
 * Lines over a common axis.
 *
 * @param {{ file: string, title: string, x: string, y: string, logarithmic?: boolean, rows: Point[] }} chart
 */
export async function drawLines({ file, title, ...chart }) {
  await write(file, { title, width: 520, height: 320, ...lines(chart) });
}

/**
 * Several such charts of the same lines, two beside each other.
 *
 * @param {{ file: string, title: string, x?: string, panels: { x?: string, y: string, rows: Point[] }[] }} chart
 */
export async function drawPanels({ file, title, x, panels }) {
  const concat = panels.map((panel) => ({ width: 360, height: 200, ...lines({ x, ...panel }) }));
  await write(file, { title, columns: 2, concat });
}
