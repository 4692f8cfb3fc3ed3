import { element } from './elements.ts';

/** A row of choices of which one holds: real radio buttons, so the keyboard works as it does everywhere. */
export class GenrePicker {
  readonly root = element('fieldset', { class: 'genres' });
  readonly #onChange: () => void;
  chosen: string | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  offer(genres: readonly string[]): void {
    this.chosen = undefined;
    const choices = [undefined, ...genres].map((genre) => this.#choice(genre));
    this.root.replaceChildren(element('legend', { class: 'hidden-words' }, 'Genre'), ...choices);
  }

  #choice(genre: string | undefined): HTMLElement {
    const radio = element('input', {
      type: 'radio',
      name: 'genre',
      class: 'genre-radio',
      value: genre ?? '',
    });
    radio.checked = genre === undefined;
    radio.addEventListener('change', () => {
      this.chosen = genre;
      this.#onChange();
    });
    return element(
      'label',
      { class: 'genre' },
      radio,
      element('span', { class: 'chip' }, genre ?? 'All genres'),
    );
  }
}
