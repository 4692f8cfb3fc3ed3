import { type Film, shownName } from './catalogue.ts';
import { element, say } from './elements.ts';
import type { Explanation } from './explanation.ts';

/** Scores of different models differ by orders of magnitude; three figures say enough of each. */
const figure = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en');
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 3);
};

const OBJECTION = 'Not this, because …';

interface WhySheetActions {
  onHide: (event: MouseEvent) => void;
  onMute: (topic: string, event: MouseEvent) => void;
}

/**
 * The sheet that slides over a cover: the parts of a score as bars, with their sum underneath; and in their place, when
 * that is wanted, what of the film is not to come again.
 */
export class WhySheet {
  readonly root: HTMLElement;
  readonly #score = element('div', { class: 'why-score' });
  readonly #choices: HTMLElement;
  readonly #turn: HTMLButtonElement;

  constructor(film: Film, id: string, { onHide, onMute }: WhySheetActions) {
    const hide = choice('Not this film', 'hide');
    hide.addEventListener('click', onHide);
    const mutes = topicsOf(film).map((topic) => {
      const mute = choice(`No more ${shownName(topic)}`, 'mute');
      mute.addEventListener('click', (event) => onMute(topic, event));
      return mute;
    });
    this.#choices = element(
      'div',
      { class: 'why-choices', role: 'group', 'aria-labelledby': `${id}-choices` },
      element('p', { class: 'why-heading', id: `${id}-choices` }, 'What should not come again?'),
      hide,
      ...mutes,
    );
    this.#choices.hidden = true;
    this.#turn = element(
      'button',
      { class: 'why-turn', type: 'button', 'data-testid': 'not-this' },
      OBJECTION,
    );
    this.#turn.addEventListener('click', () => this.#turnOver(hide));
    this.root = element('div', { class: 'why-sheet', id }, this.#score, this.#choices, this.#turn);
  }

  show({ parts, score, source }: Explanation): void {
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
    this.#score.replaceChildren(
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

  #turnOver(first: HTMLElement): void {
    const over = this.#choices.hidden === true;
    this.#choices.hidden = !over;
    this.#score.hidden = over;
    say(this.#turn, over ? 'Back to the score' : OBJECTION);
    if (over) first.focus({ preventScroll: true });
  }
}

/** The genres of a film and its director, as the catalogue's tags write them. */
function topicsOf({ tags, genres, director }: Film): string[] {
  const isTopic = (name: string) => genres.includes(name) || name === director;
  return tags.filter((tag) => tag.trim() !== '' && isTopic(shownName(tag)));
}

function choice(words: string, testId: string): HTMLButtonElement {
  return element('button', { class: 'why-choice', type: 'button', 'data-testid': testId }, words);
}
