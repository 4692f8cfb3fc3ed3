// Charts of measurements, as SVG.
import { writeFileSync } from 'node:fs';
import * as vega from 'vega';
import { compile } from 'vega-lite';

/**
 * Lines over a common axis.
 *
 * @param {{ file: string, title: string, x: string, y: string, logarithmic?: boolean,
 *   rows: { x: number, y: number, low?: number, high?: number, name: string }[] }} chart
 */
export async function drawLines({ file, title, x, y, logarithmic = false, rows }) {
  const axis = { field: 'x', type: 'quantitative', title: x };
  const line = {
    mark: { type: 'line', point: true },
    encoding: {
      x: logarithmic ? { ...axis, scale: { type: 'log' } } : axis,
      y: { field: 'y', type: 'quantitative', title: y, scale: { zero: false } },
      color: { field: 'name', type: 'nominal', title: null, sort: null },
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
  const { spec } = compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    width: 520,
    height: 320,
    background: 'white',
    data: { values: rows },
    layer: bands ? [band, line] : [line],
  });
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  writeFileSync(file, `${await view.toSVG()}\n`);
}
