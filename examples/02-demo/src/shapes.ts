import { drawing } from './elements.ts';
import type { Palette } from './palettes.ts';

/** A number in [0, 1), the next one of a row that depends on the film alone. */
export type Dice = () => number;
/**
 * Draws into a field 200 wide and 188 high. What reaches over the sides is cut; over the edge that the title is
 * beyond, nothing may reach.
 */
export type Motif = (colours: Palette, dice: Dice) => SVGElement[];

export const circle = (cx: number, cy: number, r: number, fill: string, more = {}) =>
  drawing('circle', { cx, cy, r, fill, ...more });
export const path = (d: string, fill: string, more = {}) => drawing('path', { d, fill, ...more });
export const rect = (
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  more = {},
) => drawing('rect', { x, y, width, height, fill, ...more });
export const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A disc as path data: many small shapes of one ink are drawn as one path, which is quick. */
export const disc = (x: number, y: number, r: number): string =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;

/** Path data of shapes that chance or place gives one ink or another, as one path for each ink. */
export function inks(
  shapes: readonly { ink: string; d: string }[],
  draw: (d: string, ink: string) => SVGElement = path,
): SVGElement[] {
  const sheets = new Map<string, string>();
  for (const { ink, d } of shapes) sheets.set(ink, (sheets.get(ink) ?? '') + d);
  return [...sheets].map(([ink, d]) => draw(d, ink));
}
