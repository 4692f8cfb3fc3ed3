/** How large a title can be set on its cover. All lengths are hundredths of the cover's width. */

const ROOM = { width: 83, height: 36 };
const LARGEST = 16.5;
const SMALLEST = 6.5;
/** As in card.css. */
const LINE_HEIGHT = 1.05;
const LETTER_SPACING = -0.015;

let pen: CanvasRenderingContext2D | null | undefined;

/** Widths are measured in the very font, which differs from machine to machine; without laying anything out. */
function widthOf(word: string): number {
  if (pen === undefined) {
    pen = document.createElement('canvas').getContext('2d');
    const family = getComputedStyle(document.documentElement).getPropertyValue('--serif');
    if (pen) pen.font = `700 100px ${family}`;
  }
  const width = pen ? pen.measureText(word).width / 100 : word.length * 0.66;
  return width + word.length * LETTER_SPACING;
}

function linesAt(size: number, widths: readonly number[], space: number): number {
  let lines = 1;
  let filled = 0;
  for (const width of widths) {
    if (width * size > ROOM.width) return Number.POSITIVE_INFINITY;
    const next = filled === 0 ? width : filled + space + width;
    if (next * size > ROOM.width) {
      lines++;
      filled = width;
    } else filled = next;
  }
  return lines;
}

/** The largest lettering that breaks no word and lets the whole title stand in its room. */
export function letteringSize(title: string): number {
  const widths = title
    .split(/\s+|(?<=-)/)
    .filter((word) => word !== '')
    .map(widthOf);
  const space = widthOf('\u00a0');
  for (let size = LARGEST; size > SMALLEST; size -= 0.5) {
    if (linesAt(size, widths, space) * size * LINE_HEIGHT <= ROOM.height) return size;
  }
  return SMALLEST;
}
