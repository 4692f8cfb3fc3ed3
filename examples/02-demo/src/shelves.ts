import type { SimilarItem } from 'inkling';
import type { CardActions } from './card.ts';
import type { Film } from './catalogue.ts';
import { element } from './elements.ts';
import { explainRecommendation, explainSimilar, knownFor } from './explanation.ts';
import { GenrePicker } from './genre-picker.ts';
import { type Answers, type Session, SHELF_LENGTH } from './session.ts';
import { type Entry, Shelf } from './shelf.ts';
import { WhatNext } from './what-next.ts';
import { WishControls } from './wish-controls.ts';
import { type Wish, wishInWords } from './wishes.ts';

type Neighbors = ReadonlyMap<string, readonly SimilarItem[]>;

interface ShelvesActions extends CardActions {
  onGenre: () => void;
  onWish: (words?: string) => void;
  onQuiet: (quiet: boolean) => void;
  announce: (message: string) => void;
}

/** All shelves of the page, in their order, and how the recommender's answers fill them. */
export class Shelves {
  readonly #forYou: Shelf;
  readonly #whatNext: WhatNext;
  readonly #search: Shelf;
  readonly #because: readonly Shelf[];
  readonly #browse: Shelf;
  readonly #genres: GenrePicker;
  readonly #wishes: WishControls;
  #anchors: readonly string[] = [];

  constructor(parent: HTMLElement, actions: ShelvesActions) {
    const shelf = (name: string, title: string, more = {}) =>
      new Shelf({ name, title, actions, ...more });
    this.#search = shelf('search', 'Found', {
      empty: 'No film in the catalogue answers to these words.',
    });
    this.#forYou = shelf('for-you', 'For you', {
      lead: true,
      empty: 'There is no film left that you have no opinion of, or have not muted.',
    });
    this.#whatNext = new WhatNext(actions);
    this.#because = [shelf('because-1', 'Because'), shelf('because-2', 'Because')];
    this.#browse = shelf('browse', 'Popular');
    this.#genres = new GenrePicker(actions.onGenre);
    this.#browse.tools.append(this.#genres.root);
    this.#wishes = new WishControls(actions);
    this.#forYou.tools.append(this.#wishes.root);
    this.#search.root.hidden = true;
    for (const { root } of this.#because) root.hidden = true;
    parent.append(
      ...[this.#search, this.#forYou, this.#whatNext, ...this.#because, this.#browse].map(
        ({ root }) => root,
      ),
    );
  }

  get anchors(): readonly string[] {
    return this.#anchors;
  }

  /** What is wished of "For you". */
  get wish(): Wish {
    return this.#wishes.wish;
  }

  set wish(wish: Wish) {
    this.#wishes.wish = wish;
  }

  /** The film whose "Because you liked …" shelf an event happened in. */
  anchorAt(target: EventTarget | null): string | undefined {
    const at = this.#because.findIndex(
      ({ root }) => target instanceof Node && root.contains(target),
    );
    return this.#anchors[at];
  }

  /** For another session, with a catalogue of its own. */
  clear(session: Session): void {
    const { catalogue } = session;
    for (const shelf of [this.#search, this.#forYou, ...this.#because, this.#browse]) shelf.clear();
    this.#anchors = [];
    this.#genres.offer(catalogue.genres);
    this.#wishes.offer(catalogue);
    this.#whatNext.offer(session);
  }

  showFirst(session: Session, answers: Answers, query: string): void {
    this.#showForYou(session, answers);
    this.#showFound(session, answers, query);
  }

  showRest(session: Session, similar: Neighbors, anchors: readonly string[]): void {
    this.#showSimilar(session, similar, anchors);
    this.showPopular(session);
  }

  /** What a second model makes of what the person said; the other shelves do not wait for it. */
  async showNext(): Promise<void> {
    await this.#whatNext.update();
  }

  /** The first title of "For you", for the announcement. */
  first(session: Session): string | undefined {
    return session.catalogue.films.get(this.#forYou.ids[0] ?? '')?.title;
  }

  showPopular(session: Session): void {
    const { catalogue, opinions } = session;
    const genre = this.#genres.chosen;
    const elsewhere = new Set(this.#forYou.ids);
    const kept = new Set(this.#browse.ids);
    const films: Film[] = [];
    for (const film of catalogue.ranked) {
      if (films.length === SHELF_LENGTH) break;
      if (genre !== undefined && !film.genres.includes(genre)) continue;
      if (session.shuns(film) || elsewhere.has(film.id)) continue;
      if (opinions.has(film.id) && !kept.has(film.id)) continue;
      films.push(film);
    }
    this.#browse.describe(
      genre === undefined ? 'Popular' : `Popular in ${genre}`,
      'The same for everyone; what you like does not change the order.',
    );
    this.#browse.show(
      films.map((film) => ({
        film,
        explanation: {
          line: knownFor(film),
          parts: [],
          score: film.popularity,
          source: 'popularity',
        },
        opinion: opinions.get(film.id),
      })),
    );
  }

  #showForYou(session: Session, { forYou, wish }: Answers): void {
    const { catalogue, opinions } = session;
    const cold = forYou[0]?.source === 'popularity';
    this.#forYou.describe(
      'For you',
      wishInWords(wish) ||
        (cold
          ? 'Nothing is known about you yet, so this is what most people like. Like a film or two.'
          : 'From what you said of films, and nothing else. The line under each one says why.'),
    );
    this.#forYou.show(
      entriesOf(
        session,
        forYou.map((found) => found.item),
        (at) => {
          const recommendation = forYou[at];
          return recommendation && explainRecommendation(recommendation, catalogue, opinions);
        },
      ),
    );
  }

  #showFound(session: Session, { found }: Answers, query: string): void {
    this.#search.root.hidden = found === undefined;
    if (!found) return;
    const shown = found.filter(({ item }) => !isShunned(session, item));
    this.#search.describe(`Found for “${query}”`, '');
    this.#search.show(
      entriesOf(
        session,
        shown.map(({ item }) => item),
        (at) => {
          const recommendation = shown[at];
          return (
            recommendation &&
            explainRecommendation(recommendation, session.catalogue, session.opinions)
          );
        },
      ),
    );
  }

  #showSimilar(session: Session, similar: Neighbors, anchors: readonly string[]): void {
    this.#because.forEach((shelf, at) => {
      const anchor = session.catalogue.films.get(anchors[at] ?? '');
      shelf.root.hidden = anchor === undefined;
      if (!anchor) return;
      if (this.#anchors[at] !== anchor.id) shelf.clear();
      const kept = new Set(shelf.ids);
      const neighbors = (similar.get(anchor.id) ?? [])
        .filter(({ item }) => item !== anchor.id && !isShunned(session, item))
        .filter(({ item }) => !session.opinions.has(item) || kept.has(item))
        .slice(0, SHELF_LENGTH);
      shelf.describe(`Because you liked ${anchor.title}`, '');
      shelf.show(
        entriesOf(
          session,
          neighbors.map(({ item }) => item),
          (index) => {
            const neighbor = neighbors[index];
            return neighbor && explainSimilar(neighbor, anchor, session.catalogue);
          },
        ),
      );
    });
    this.#anchors = anchors;
  }
}

function isShunned(session: Session, id: string): boolean {
  const film = session.catalogue.films.get(id);
  return film !== undefined && session.shuns(film);
}

function entriesOf(
  { catalogue, opinions }: Session,
  ids: readonly string[],
  explain: (at: number) => Entry['explanation'] | undefined,
): Entry[] {
  return ids.flatMap((id, at) => {
    const film = catalogue.films.get(id);
    const explanation = explain(at);
    return film && explanation ? [{ film, explanation, opinion: opinions.get(id) }] : [];
  });
}

/** Shown until the first answers are there, so that nothing jumps when they come. */
export function placeholder(): HTMLElement {
  const cards = Array.from({ length: 6 }, () => element('li', { class: 'card card-waiting' }));
  return element('ul', { class: 'shelf-list shelf-lead', 'aria-hidden': 'true' }, ...cards);
}
