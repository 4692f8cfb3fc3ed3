import { element } from './elements.ts';
import type { Explanation } from './explanation.ts';

/** Scores of different models differ by orders of magnitude; three figures say enough of each. */
const figure = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en');
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 3);
};

/** The sheet that slides over a cover: the parts of a score as bars, with their sum underneath. */
export function whySheet({ parts, score, source }: Explanation, id: string): HTMLElement {
  const largest = Math.max(...parts.map((part) => Math.abs(part.contribution)), Number.MIN_VALUE);
  const rows = parts.map(({ label, contribution }) => {
    const bar = element('span', { class: contribution < 0 ? 'bar bar-against' : 'bar' });
    bar.style.setProperty('--share', (Math.abs(contribution) / largest).toFixed(3));
    return element(
      'li',
      { class: 'part' },
      element('span', { class: 'part-label' }, label),
      element('span', { class: 'part-figure' }, figure(contribution)),
      bar,
    );
  });
  return element(
    'div',
    { class: 'why-sheet', id },
    element('p', { class: 'why-heading' }, 'The score, in parts'),
    element('ul', { class: 'parts' }, ...rows),
    element(
      'p',
      { class: 'part part-sum' },
      element('span', { class: 'part-label' }, 'Sum = score'),
      element('span', { class: 'part-figure' }, figure(score)),
    ),
    element('p', { class: 'why-source' }, source),
  );
}
