import type { Film } from './catalogue.ts';
import { swatch } from './cover.ts';
import { element } from './elements.ts';
import { icon } from './icons.ts';
import { reorder } from './keyed-list.ts';

/** `step`: -1 is earlier, 1 later. */
type OnMove = (id: string, step: -1 | 1) => void;

interface Chip {
  root: HTMLElement;
  place: HTMLElement;
  earlier: HTMLButtonElement;
  later: HTMLButtonElement;
}

/** Films in a row, the oldest first, each with two buttons that move it by a place. */
export class FilmOrder {
  readonly root = element('ol', { class: 'film-order', 'data-testid': 'film-order' });
  readonly #onMove: OnMove;
  #chips = new Map<string, Chip>();

  constructor(label: string, onMove: OnMove) {
    this.root.setAttribute('aria-label', label);
    this.#onMove = onMove;
  }

  show(films: readonly Film[]): void {
    const held = document.activeElement;
    const isNew = films.some(({ id }) => !this.#chips.has(id));
    this.#chips = new Map(
      films.map((film) => [film.id, this.#chips.get(film.id) ?? this.#chip(film)]),
    );
    const chips = [...this.#chips.values()];
    reorder(
      this.root,
      chips.map(({ root }) => root),
      'row',
    );
    chips.forEach(({ place, earlier, later }, at) => {
      place.textContent = String(at + 1);
      // Not `disabled`, which would take the focus from under the hand.
      earlier.setAttribute('aria-disabled', String(at === 0));
      later.setAttribute('aria-disabled', String(at === chips.length - 1));
    });
    if (held instanceof HTMLElement && this.root.contains(held)) {
      held.focus({ preventScroll: true });
      held.closest('li')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    } else if (isNew) {
      this.root.scrollLeft = this.root.scrollWidth;
    }
  }

  clear(): void {
    this.#chips = new Map();
    this.root.replaceChildren();
  }

  #chip(film: Film): Chip {
    const place = element('span', { class: 'film-chip-place', 'aria-hidden': 'true' });
    const earlier = this.#mover(film, -1);
    const later = this.#mover(film, 1);
    const root = element(
      'li',
      { class: 'film-chip', 'data-testid': 'film-chip', 'data-item': film.id },
      swatch(film),
      element('span', { class: 'film-chip-title', title: film.title }, film.title),
      element('span', { class: 'film-chip-moves' }, earlier, place, later),
    );
    return { root, place, earlier, later };
  }

  #mover({ id, title }: Film, step: -1 | 1): HTMLButtonElement {
    const words = step < 0 ? 'earlier' : 'later';
    const button = element(
      'button',
      {
        class: 'film-chip-move',
        type: 'button',
        'data-testid': words,
        'aria-label': `Move ${title} ${words}`,
        title: words === 'earlier' ? 'Earlier' : 'Later',
      },
      icon(step < 0 ? 'left' : 'right'),
    );
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-disabled') !== 'true') this.#onMove(id, step);
    });
    return button;
  }
}
