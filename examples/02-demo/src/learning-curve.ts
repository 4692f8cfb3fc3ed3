import type { LearningPoint } from 'inkling';
import { drawing, element, say } from './elements.ts';
import { seconds } from './quantities.ts';

/** In units of the drawing; it is stretched to the width that there is. */
const WIDTH = 300;
const HEIGHT = 90;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** One line over the passes, from its lowest to its highest value, and its newest value in figures. */
class Line {
  readonly root: HTMLElement;
  readonly #path = drawing('polyline', { class: 'curve-line', points: '' });
  readonly #drawing: SVGSVGElement;
  readonly #figure = element('span', { class: 'curve-figure' }, '–');
  readonly #highest = element('span', { class: 'curve-end' });
  readonly #lowest = element('span', { class: 'curve-end' });
  readonly #name: string;
  readonly #figureOf: (value: number) => string;

  constructor(name: string, meaning: string, testId: string, figureOf: (value: number) => string) {
    this.#name = name;
    this.#figureOf = figureOf;
    this.#drawing = drawing(
      'svg',
      {
        class: 'curve-drawing',
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': `${name}: nothing yet`,
        'data-testid': testId,
      },
      drawing('path', { class: 'curve-frame', d: `M0 0H${WIDTH}M0 ${HEIGHT}H${WIDTH}` }),
      this.#path,
    );
    this.root = element(
      'figure',
      { class: 'curve' },
      element(
        'figcaption',
        { class: 'curve-head' },
        element('span', { class: 'curve-name' }, name),
        this.#figure,
        element('span', { class: 'curve-meaning' }, meaning),
      ),
      element(
        'div',
        { class: 'curve-field' },
        this.#drawing,
        element('div', { class: 'curve-ends', 'aria-hidden': 'true' }, this.#highest, this.#lowest),
      ),
    );
  }

  show(values: readonly number[], passes: number): void {
    const newest = values.at(-1);
    say(this.#figure, newest === undefined ? '–' : this.#figureOf(newest));
    const lowest = Math.min(...values);
    const highest = Math.max(...values);
    const spread = highest - lowest || 1;
    const points = values.map((value, at) => {
      const x = (at / Math.max(passes - 1, 1)) * WIDTH;
      const y = 4 + (1 - (value - lowest) / spread) * (HEIGHT - 8);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
    this.#path.setAttribute('points', points.join(' '));
    say(this.#highest, values.length > 1 ? this.#figureOf(highest) : '');
    say(this.#lowest, values.length > 1 ? this.#figureOf(lowest) : '');
    const [first] = values;
    this.#drawing.setAttribute(
      'aria-label',
      first === undefined || newest === undefined
        ? `${this.#name}: nothing yet`
        : `${this.#name}: from ${this.#figureOf(first)} to ${this.#figureOf(newest)} in ${values.length} of ${passes} passes`,
    );
  }
}

/** How a training goes, pass by pass: what it still gets wrong, and what it finds of what it has not seen. */
export class LearningCurve {
  readonly root: HTMLElement;
  readonly #loss = new Line('Loss', 'of each next film, lower is better', 'curve-loss', (value) =>
    value.toFixed(2),
  );
  readonly #found = new Line(
    'Hit rate@10',
    'of people’s last films, held out',
    'curve-hit-rate',
    percent,
  );

  constructor() {
    this.root = element('div', { class: 'curves' }, this.#loss.root, this.#found.root);
  }

  show(curve: readonly LearningPoint[], passes: number): void {
    this.#loss.show(
      curve.map(({ loss }) => loss),
      passes,
    );
    this.#found.show(
      curve.flatMap(({ hitRate }) => hitRate ?? []),
      passes,
    );
  }
}

/** The training that is behind a curve, in one sentence. */
export function trainedInWords(curve: readonly LearningPoint[], took: number): string {
  // The pass whose lists were best is the one that is kept.
  const best = curve.toSorted((a, b) => (b.ndcg ?? 0) - (a.ndcg ?? 0))[0]?.hitRate;
  const found = best
    ? ` For ${percent(best)} of the people it has their last film, which it had not seen, among its first ten.`
    : '';
  return `Trained in this tab in ${seconds(took)}, ${curve.length} passes.${found}`;
}
