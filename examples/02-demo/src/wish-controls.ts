import type { Catalogue } from './catalogue.ts';
import { element, say } from './elements.ts';
import { icon } from './icons.ts';
import { type Mood, moodsOf, NO_WISH, varietyInWords, type Wish } from './wishes.ts';

interface WishActions {
  /** Something else is wished; `words` say what, where the control itself does not. */
  onWish: (words?: string) => void;
  onQuiet: (quiet: boolean) => void;
}

const STEP = 5;
const WHAT_IS_LOADED =
  'Variety and surprise load more of the program once, from where this page came.';
const WHAT_QUIET_IS =
  'Quiet: nothing is learned. What you press is not kept, until you turn it off.';

/** The controls of "For you": real form elements, so that keys and screen readers know them. */
export class WishControls {
  readonly root: HTMLElement;
  readonly #actions: WishActions;
  readonly #slider = element('input', {
    class: 'variety-slider',
    id: 'variety',
    'data-testid': 'variety',
    type: 'range',
    min: 0,
    max: 100,
    step: STEP,
    value: 0,
  });
  /** The slider says the same to screen readers. */
  readonly #words = element('output', {
    class: 'variety-words',
    for: 'variety',
    'aria-hidden': 'true',
  });
  readonly #mood = element('select', {
    class: 'mood-select',
    'data-testid': 'mood',
    'aria-label': 'Mood',
  });
  readonly #surprise = toggle('surprise', 'Surprise me');
  readonly #quiet = toggle('quiet', 'Quiet');
  readonly #note = element('p', { class: 'wishes-note' }, WHAT_IS_LOADED);
  #moods: readonly Mood[] = [];
  #wish = NO_WISH;

  constructor(actions: WishActions) {
    this.#actions = actions;
    this.#slider.addEventListener('input', () => {
      this.#change({ variety: this.#slider.valueAsNumber / 100 });
      actions.onWish();
    });
    this.#mood.addEventListener('change', () => {
      const mood = this.#moods[this.#mood.selectedIndex - 1];
      this.#change({ mood });
      actions.onWish(`${mood?.name ?? 'Any mood'}.`);
    });
    this.#surprise.addEventListener('click', () => {
      const surprise = !this.#wish.surprise;
      this.#change({ surprise });
      actions.onWish(surprise ? 'Surprises.' : 'No more surprises.');
    });
    this.#quiet.addEventListener('click', () => this.#toggleQuiet());
    this.root = element(
      'fieldset',
      { class: 'wishes' },
      element('legend', { class: 'hidden-words' }, 'Wishes for this shelf'),
      element(
        'div',
        { class: 'wishes-row' },
        element(
          'div',
          { class: 'variety' },
          element('label', { class: 'variety-label', for: 'variety' }, 'Variety'),
          this.#slider,
          this.#words,
        ),
        element('div', { class: 'mood' }, this.#mood, icon('chevron')),
        this.#surprise,
        this.#quiet,
      ),
      this.#note,
    );
    this.#show();
  }

  get wish(): Wish {
    return this.#wish;
  }

  /** For what could not be had. */
  set wish(wish: Wish) {
    this.#change(wish);
  }

  /** The moods of a catalogue; the one that holds stays if it is among them. */
  offer(catalogue: Catalogue): void {
    this.#moods = moodsOf(catalogue);
    const options = ['Any mood', ...this.#moods.map(({ name }) => name)];
    this.#mood.replaceChildren(...options.map((name) => element('option', {}, name)));
    const held = this.#moods.find(({ name }) => name === this.#wish.mood?.name);
    this.#change({ mood: held });
  }

  #change(change: Partial<Wish>): void {
    this.#wish = { ...this.#wish, ...change };
    this.#show();
  }

  #show(): void {
    const { variety, surprise, mood } = this.#wish;
    const words = surprise ? 'By surprise' : varietyInWords(variety);
    this.#slider.value = String(Math.round(variety * 100));
    this.#slider.setAttribute('aria-valuetext', `${this.#slider.value} %, ${words.toLowerCase()}`);
    this.#slider.disabled = surprise;
    say(this.#words, words);
    this.#surprise.setAttribute('aria-pressed', String(surprise));
    this.#mood.selectedIndex = 1 + this.#moods.findIndex(({ name }) => name === mood?.name);
  }

  #toggleQuiet(): void {
    const quiet = this.#quiet.getAttribute('aria-pressed') !== 'true';
    this.#quiet.setAttribute('aria-pressed', String(quiet));
    say(this.#note, quiet ? WHAT_QUIET_IS : WHAT_IS_LOADED);
    this.#actions.onQuiet(quiet);
  }
}

function toggle(name: 'surprise' | 'quiet', words: string): HTMLButtonElement {
  return element(
    'button',
    {
      class: 'button button-small toggle',
      type: 'button',
      'data-testid': name,
      'aria-pressed': 'false',
    },
    icon(name),
    words,
  );
}
