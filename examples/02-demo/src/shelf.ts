import { Card, type CardActions } from './card.ts';
import type { Film } from './catalogue.ts';
import { element, say } from './elements.ts';
import type { Explanation, Opinion } from './explanation.ts';
import { icon } from './icons.ts';
import { reorder } from './keyed-list.ts';

export interface Entry {
  film: Film;
  explanation: Explanation;
  opinion: Opinion | undefined;
}

interface ShelfOptions {
  /** Ends the element ids and the test id: `shelf-for-you`. */
  name: string;
  title: string;
  actions: CardActions;
  /** Larger cards, for the first shelf of the page. */
  lead?: boolean;
  /** What to say when there is nothing to show. */
  empty?: string;
}

/** A row of cards under a heading. Arrow keys walk along it; Tab goes through one card and on to the next shelf. */
export class Shelf {
  readonly root: HTMLElement;
  /** Room for controls between the heading and the cards. */
  readonly tools = element('div', { class: 'shelf-tools' });
  /** Room for a control beside the heading. */
  readonly aside = element('div', { class: 'shelf-aside' });
  readonly #heading: HTMLElement;
  readonly #note = element('p', { class: 'shelf-note' });
  readonly #list: HTMLUListElement;
  readonly #turns = element(
    'div',
    { class: 'shelf-turn', 'aria-hidden': 'true' },
    this.#turn('left', -1),
    this.#turn('right', 1),
  );
  readonly #actions: CardActions;
  readonly #empty: string;
  readonly #lead: boolean;
  #cards = new Map<string, Card>();
  #order: string[] = [];
  #current = 0;

  constructor({ name, title, actions, lead = false, empty = 'Nothing here yet.' }: ShelfOptions) {
    this.#actions = actions;
    this.#empty = empty;
    this.#lead = lead;
    const headingId = `heading-${name}`;
    this.#heading = element('h2', { id: headingId, class: 'shelf-title' }, title);
    this.#list = element('ul', { class: 'shelf-list', 'aria-labelledby': headingId });
    this.root = element(
      'section',
      {
        class: lead ? 'shelf shelf-lead' : 'shelf',
        'data-testid': `shelf-${name}`,
        'aria-labelledby': headingId,
      },
      element(
        'header',
        { class: 'shelf-head' },
        element(
          'div',
          { class: 'shelf-words' },
          element('div', { class: 'shelf-top' }, this.#heading, this.aside),
          this.#note,
        ),
        this.#turns,
      ),
      this.tools,
      this.#list,
    );
    this.#list.addEventListener('keydown', (event) => this.#walk(event));
    this.#list.addEventListener('focusin', (event) => this.#follow(event));
  }

  get ids(): readonly string[] {
    return this.#order;
  }

  describe(title: string, note: string): void {
    say(this.#heading, title);
    say(this.#note, note);
  }

  /** Whether its cards are put away. */
  set folded(folded: boolean) {
    this.#list.hidden = folded;
    this.#turns.hidden = folded;
  }

  show(entries: readonly Entry[]): void {
    const held = this.#focused();
    const cards = new Map<string, Card>();
    for (const { film, explanation, opinion } of entries) {
      const card = this.#cards.get(film.id) ?? new Card(film, this.#actions);
      card.update(explanation, opinion);
      cards.set(film.id, card);
    }
    this.#cards = cards;
    this.#order = [...cards.keys()];
    const roots: HTMLElement[] = [...cards.values()].map((card) => card.root);
    reorder(
      this.#list,
      roots.length > 0 ? roots : [element('li', { class: 'shelf-empty' }, this.#empty)],
      this.#lead ? 'row' : undefined,
    );
    if (held) this.#refocus(held);
    this.#makeReachable(Math.max(0, Math.min(this.#current, this.#order.length - 1)));
  }

  /** Forgets the cards, for a catalogue in which the same ids mean other films. */
  clear(): void {
    this.#cards = new Map();
    this.#order = [];
    this.#current = 0;
    this.#list.replaceChildren();
    this.#list.scrollLeft = 0;
  }

  #focused(): { id: string; at: number; control: string | undefined } | undefined {
    const active = document.activeElement;
    const card =
      active instanceof HTMLElement && this.#list.contains(active)
        ? active.closest<HTMLElement>('.card')
        : null;
    const id = card?.dataset.item;
    if (id === undefined) return undefined;
    return { id, at: this.#order.indexOf(id), control: (active as HTMLElement).dataset.control };
  }

  /** Focus stays with its film; if that has left, it goes to the film that took its place. */
  #refocus({ id, at, control }: { id: string; at: number; control: string | undefined }): void {
    const stays = this.#order.indexOf(id);
    const target = stays >= 0 ? stays : Math.min(at, this.#order.length - 1);
    this.#current = Math.max(0, target);
    const card = this.#cardAt(target);
    if (!card) return;
    if (!card.root.contains(document.activeElement)) card.focus(control);
  }

  #walk(event: KeyboardEvent): void {
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      Home: -Infinity,
      End: Infinity,
    };
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const control = (event.target as HTMLElement).dataset.control;
    const target = Math.max(0, Math.min(this.#current + step, this.#order.length - 1));
    this.#makeReachable(target);
    const card = this.#cardAt(target);
    card?.focus(control);
    card?.root.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #follow(event: FocusEvent): void {
    const id = (event.target as HTMLElement).closest<HTMLElement>('.card')?.dataset.item;
    const at = id === undefined ? -1 : this.#order.indexOf(id);
    if (at >= 0 && at !== this.#current) this.#makeReachable(at);
  }

  #makeReachable(current: number): void {
    this.#current = current;
    this.#order.forEach((_, at) => {
      const card = this.#cardAt(at);
      if (card) card.reachable = at === current;
    });
  }

  #cardAt(at: number): Card | undefined {
    return this.#cards.get(this.#order[at] ?? '');
  }

  /** For the mouse only: the keyboard has the arrow keys, a finger swipes. */
  #turn(name: 'left' | 'right', direction: number): HTMLButtonElement {
    const button = element('button', { class: 'turn', type: 'button', tabindex: -1 }, icon(name));
    button.addEventListener('click', () => {
      this.#list.scrollBy({ left: direction * this.#list.clientWidth * 0.85 });
    });
    return button;
  }
}
