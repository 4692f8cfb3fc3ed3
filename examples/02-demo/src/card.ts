import type { Film } from './catalogue.ts';
import { cover } from './cover.ts';
import { element, say } from './elements.ts';
import type { Explanation, Opinion } from './explanation.ts';
import { icon } from './icons.ts';
import { WhySheet } from './why-sheet.ts';

/** What a card asks of the page when one of its buttons is pressed. */
export interface CardActions {
  onOpinion: (film: Film, opinion: Opinion, event: MouseEvent) => void;
  /** No more of a topic of the film. */
  onMute: (topic: string, event: MouseEvent) => void;
}

let made = 0;

/** One film of a shelf. It is made once and then brought up to date, so that focus and an open sheet survive. */
export class Card {
  readonly root: HTMLLIElement;
  readonly #film: Film;
  readonly #like: HTMLButtonElement;
  readonly #dislike: HTMLButtonElement;
  readonly #why: HTMLButtonElement;
  readonly #line: HTMLElement;
  readonly #face: HTMLElement;
  readonly #sheetId = `why-${++made}`;
  readonly #actions: CardActions;
  #sheet: WhySheet | undefined;
  #explanation: Explanation | undefined;

  constructor(film: Film, actions: CardActions) {
    this.#film = film;
    this.#actions = actions;
    this.#line = element('span', { class: 'why-line' });
    this.#why = element(
      'button',
      {
        class: 'why',
        type: 'button',
        'data-testid': 'why',
        'data-control': 'why',
        'aria-expanded': 'false',
        'aria-controls': this.#sheetId,
      },
      this.#line,
      icon('chevron'),
    );
    this.#like = this.#button('like', `Like ${film.title}`, 'Like');
    this.#dislike = this.#button('dislike', `Not for me: ${film.title}`);
    this.#why.addEventListener('click', () => this.#toggleSheet());
    this.#like.addEventListener('click', (event) => this.#press(event, 'like'));
    this.#dislike.addEventListener('click', (event) => this.#press(event, 'dislike'));
    this.#face = element('div', { class: 'face' }, cover(film));
    this.root = element(
      'li',
      { class: 'card', 'data-testid': 'card', 'data-item': film.id },
      element(
        'article',
        { class: 'card-body' },
        this.#face,
        element('p', { class: 'card-facts' }, ...facts(film)),
        this.#why,
        element('div', { class: 'card-actions' }, this.#like, this.#dislike),
      ),
    );
    this.root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.#sheet) {
        this.#toggleSheet();
        this.#why.focus();
      }
    });
  }

  update(explanation: Explanation, opinion: Opinion | undefined): void {
    say(this.#line, explanation.line);
    this.#explanation = explanation;
    this.#why.disabled = explanation.parts.length === 0;
    if (explanation.parts.length > 0) this.#sheet?.show(explanation);
    else if (this.#sheet) this.#toggleSheet();
    this.#like.setAttribute('aria-pressed', String(opinion === 'like'));
    this.#dislike.setAttribute('aria-pressed', String(opinion === 'dislike'));
    this.root.dataset.opinion = opinion ?? '';
  }

  /** In each shelf one card at a time is a stop of the Tab key; the arrow keys go to the others. */
  set reachable(reachable: boolean) {
    for (const control of [this.#why, this.#like, this.#dislike])
      control.tabIndex = reachable ? 0 : -1;
  }

  focus(control: string | undefined): void {
    const wanted =
      { why: this.#why, like: this.#like, dislike: this.#dislike }[control ?? 'like'] ?? this.#like;
    const target = wanted.disabled ? this.#like : wanted;
    target.focus({ preventScroll: true });
  }

  #button(kind: 'like' | 'dislike', label: string, words?: string): HTMLButtonElement {
    const title = kind === 'dislike' ? 'Not for me' : undefined;
    return element(
      'button',
      {
        class: `opinion opinion-${kind}`,
        type: 'button',
        'data-testid': kind,
        'data-control': kind,
        'aria-label': label,
        'aria-pressed': 'false',
        title,
      },
      icon(kind),
      words !== undefined && element('span', {}, words),
    );
  }

  #press(event: MouseEvent, opinion: Opinion): void {
    // The second click of a double click would hit the film that has just moved in.
    if (event.detail > 1) return;
    this.#actions.onOpinion(this.#film, opinion, event);
  }

  #toggleSheet(): void {
    const open = this.#sheet === undefined;
    this.#why.setAttribute('aria-expanded', String(open));
    this.root.classList.toggle('card-open', open);
    if (open) this.#openSheet();
    else {
      this.#sheet?.root.remove();
      this.#sheet = undefined;
    }
  }

  #openSheet(): void {
    if (!this.#explanation) return;
    this.#sheet = new WhySheet(this.#film, this.#sheetId, {
      onHide: (event) => this.#press(event, 'hide'),
      onMute: (topic, event) => event.detail <= 1 && this.#actions.onMute(topic, event),
    });
    this.#sheet.show(this.#explanation);
    this.#face.append(this.#sheet.root);
  }
}

function facts(film: Film): Node[] {
  const parts: Node[] = [];
  if (film.rating !== undefined) {
    const words = element('span', { class: 'hidden-words' }, 'Rated ');
    parts.push(element('span', { class: 'rating' }, icon('star'), words, film.rating.toFixed(1)));
  }
  if (film.kind !== undefined) parts.push(element('span', { class: 'card-genre' }, film.kind));
  return parts;
}
