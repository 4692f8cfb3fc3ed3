import { InklingError, type Recommendation } from 'inkling';
import type { CardActions } from './card.ts';
import { element, say } from './elements.ts';
import { explainRecommendation } from './explanation.ts';
import { FilmOrder } from './film-order.ts';
import { LearningCurve, trainedInWords } from './learning-curve.ts';
import { NextModel } from './next-model.ts';
import { counted } from './quantities.ts';
import type { Session } from './session.ts';
import { Shelf } from './shelf.ts';

interface WhatNextActions extends CardActions {
  announce: (message: string) => void;
}

/** How many of the person's films are shown to be moved: a row that can be overlooked. */
const MOST_MOVABLE = 8;

/**
 * The order in which films are tried out: what was tried before, without films that are there no more, and then the new
 * ones.
 */
export function arrange(tried: readonly string[], actual: readonly string[]): string[] {
  const kept = tried.filter((id) => actual.includes(id));
  return [...kept, ...actual.filter((id) => !kept.includes(id))];
}

/** A shelf that can be switched on: what comes after the person's films in their order, which can be tried out. */
export class WhatNext {
  readonly root: HTMLElement;
  readonly #actions: WhatNextActions;
  readonly #shelf: Shelf;
  readonly #switch = element('button', {
    class: 'switch',
    type: 'button',
    role: 'switch',
    'aria-checked': 'false',
    'aria-label': 'What next?',
    'data-testid': 'what-next-switch',
  });
  readonly #train = smallButton('Train it now', 'what-next-train');
  readonly #cancel = smallButton('Cancel', 'what-next-cancel');
  readonly #reset = smallButton('Reset the order', 'order-reset');
  readonly #invite: HTMLElement;
  readonly #work: HTMLElement;
  readonly #phase = element('p', { class: 'next-phase', 'data-testid': 'what-next-phase' });
  readonly #live = new LearningCurve();
  readonly #tryout: HTMLElement;
  readonly #order: FilmOrder;
  readonly #words = element('p', { class: 'next-words' });
  readonly #past = new LearningCurve();
  readonly #history = element('p', { class: 'next-words', 'data-testid': 'what-next-history' });
  #session: Session | undefined;
  #on = false;
  #running: AbortController | undefined;
  #model: NextModel | undefined;
  /** The order that is tried out, of the films that can be moved; undefined is the person's own. */
  #tried: readonly string[] | undefined;
  /** Answers to an older question than the newest are not shown. */
  #asked = 0;

  constructor(actions: WhatNextActions) {
    this.#actions = actions;
    this.#shelf = new Shelf({
      name: 'what-next',
      title: 'What next?',
      actions,
      empty: 'Nothing is left to come next: you have an opinion of every film, or muted it.',
    });
    this.#shelf.describe(
      'What next?',
      'What tends to come after your films, in the order in which you liked them; a second model works that out on this device.',
    );
    this.#order = new FilmOrder('Your last films, the oldest first', (id, step) =>
      this.#move(id, step),
    );
    this.#invite = element(
      'div',
      { class: 'next-box next-invite' },
      element(
        'p',
        {},
        'The model is to be trained first, on the ratings you loaded: in this tab, in less than a minute.',
      ),
      this.#train,
    );
    this.#work = element(
      'div',
      { class: 'next-box', 'data-testid': 'what-next-work' },
      element('div', { class: 'next-line' }, this.#phase, this.#cancel),
      this.#live.root,
    );
    this.#tryout = element(
      'div',
      { class: 'next-tryout' },
      element(
        'div',
        { class: 'next-line' },
        element('h3', { class: 'next-heading' }, 'Your last films, the oldest first'),
        this.#reset,
      ),
      this.#order.root,
      this.#words,
      element(
        'details',
        { class: 'next-past' },
        element('summary', {}, 'How it was trained'),
        this.#history,
        this.#past.root,
      ),
    );
    this.#shelf.aside.append(this.#switch);
    this.#shelf.tools.append(this.#invite, this.#work, this.#tryout);
    this.root = this.#shelf.root;
    this.root.classList.add('shelf-next');
    this.#switch.addEventListener('click', () => this.#toggle());
    this.#train.addEventListener('click', () => void this.#learn());
    this.#cancel.addEventListener('click', () => this.#running?.abort());
    this.#reset.addEventListener('click', () => {
      if (this.#reset.getAttribute('aria-disabled') !== 'true') this.#try(undefined);
    });
    this.#show();
  }

  /** For another session. Without the ratings of many people there is no order to learn from. */
  offer(session: Session): void {
    this.#running?.abort();
    void this.#model?.close();
    this.#session = session;
    this.#on = false;
    this.#running = undefined;
    this.#model = undefined;
    this.#tried = undefined;
    this.#asked++;
    this.#order.clear();
    this.#shelf.clear();
    this.root.hidden = session.ratings === undefined;
    this.#show();
  }

  /** Asks anew, as what the person said may have changed. Returns the first title of the list. */
  async update(): Promise<string | undefined> {
    const turn = ++this.#asked;
    const [session, model] = [this.#session, this.#model];
    this.#show();
    if (!session || !model || !this.#on) return undefined;
    const { older, shown } = this.#films(model);
    try {
      const list = shown.length > 0 ? await model.ask([...older, ...shown]) : [];
      if (turn !== this.#asked) return undefined;
      this.#shelf.show(entriesOf(list, session));
      return session.catalogue.films.get(list[0]?.item ?? '')?.title;
    } catch (error) {
      // Of a model that was closed meanwhile nobody waits for an answer.
      if (turn === this.#asked) throw error;
      return undefined;
    }
  }

  #toggle(): void {
    this.#on = !this.#on;
    if (!this.#on) this.#running?.abort();
    this.#attempt(async () => {
      const first = await this.update();
      if (first !== undefined) this.#actions.announce(`“What next?” begins with ${first}.`);
    });
  }

  async #learn(): Promise<void> {
    const session = this.#session;
    if (!session?.ratings || this.#running) return;
    const running = new AbortController();
    this.#running = running;
    const start = performance.now();
    let [pass, passes] = [0, 0];
    const tell = () => {
      const [at, time] = [
        Math.min(pass + 1, passes),
        Math.floor((performance.now() - start) / 1000),
      ];
      say(this.#phase, `Training: pass ${at} of ${passes}, ${time} s`);
    };
    const clock = setInterval(tell, 1000);
    try {
      const learned = NextModel.train(
        session,
        session.ratings,
        (curve, all) => {
          if (this.#running !== running) return;
          [pass, passes] = [curve.length, all];
          this.#live.show(curve, all);
          tell();
        },
        running.signal,
      );
      this.#show();
      this.#cancel.focus({ preventScroll: true });
      this.#actions.announce('Training what comes next, in this tab.');
      const model = await learned;
      if (this.#running !== running) return void model.close();
      this.#running = undefined;
      this.#model = model;
      const { curve, trained } = model.training;
      const words = trainedInWords(curve, trained.seconds);
      say(this.#history, words);
      this.#past.show(curve, curve.length);
      const hadFocus = document.activeElement === this.#cancel;
      const first = await this.update();
      if (hadFocus) this.#switch.focus({ preventScroll: true });
      this.#actions.announce(`${words}${first ? ` “What next?” begins with ${first}.` : ''}`);
    } catch (error) {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.#show();
      if (this.#on) this.#train.focus({ preventScroll: true });
      this.#actions.announce(
        error instanceof InklingError && error.code === 'aborted'
          ? 'Stopped. Nothing has changed.'
          : messageOf(error),
      );
    } finally {
      clearInterval(clock);
    }
  }

  #move(id: string, step: -1 | 1): void {
    if (!this.#model || !this.#session) return;
    const order = [...this.#films(this.#model).shown];
    const at = order.indexOf(id);
    const to = at + step;
    if (at < 0 || to < 0 || to >= order.length) return;
    order.splice(to, 0, ...order.splice(at, 1));
    const title = this.#session.catalogue.films.get(id)?.title ?? id;
    this.#try(order, `${title} is number ${to + 1} of ${order.length} now.`);
  }

  #try(order: readonly string[] | undefined, words = 'The order is as it was.'): void {
    this.#tried = order;
    this.#attempt(async () => {
      const first = await this.update();
      if (first !== undefined)
        this.#actions.announce(`${words} “What next?” begins with ${first}.`);
    });
  }

  /** The person's films in the order that holds: those that can be moved, and those before them. */
  #films(model: NextModel): { older: string[]; shown: readonly string[]; isOwn: boolean } {
    const all = model.knownLikes();
    const own = all.slice(-MOST_MOVABLE);
    const shown = this.#tried ? arrange(this.#tried, own) : own;
    return {
      older: all.slice(0, -MOST_MOVABLE),
      shown,
      isOwn: shown.every((id, at) => id === own[at]),
    };
  }

  #show(): void {
    this.#switch.setAttribute('aria-checked', String(this.#on));
    const working = this.#running !== undefined && !this.#running.signal.aborted;
    this.#invite.hidden = !this.#on || working || this.#model !== undefined;
    this.#work.hidden = !this.#on || !working;
    this.#tryout.hidden = !this.#on || this.#model === undefined;
    this.#shelf.folded = true;
    if (!this.#on || !this.#model || !this.#session) return;
    const { older, shown, isOwn } = this.#films(this.#model);
    const { likes, catalogue } = this.#session;
    if (isOwn) this.#tried = undefined;
    this.#shelf.folded = shown.length === 0;
    this.#order.show(shown.flatMap((id) => catalogue.films.get(id) ?? []));
    this.#reset.setAttribute('aria-disabled', String(isOwn));
    const unknown = likes.length - older.length - shown.length;
    say(
      this.#words,
      [
        shown.length === 0 && 'Like a film or two: they line up here.',
        shown.length > 1 &&
          'Move one, and the list changes. That is only tried out: what is kept of your likes stays as it is.',
        older.length > 0 &&
          `${counted(older.length, 'film')} before these ${older.length === 1 ? 'counts' : 'count'} too.`,
        unknown > 0 &&
          `Too few people rated ${counted(unknown, 'film')} that you liked, so ${unknown === 1 ? 'it is' : 'they are'} left out here.`,
      ]
        .filter(Boolean)
        .join(' '),
    );
  }

  #attempt(action: () => Promise<void>): void {
    action().catch((error: unknown) => this.#actions.announce(messageOf(error)));
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function entriesOf(list: readonly Recommendation[], { catalogue, opinions }: Session) {
  return list.flatMap((recommendation) => {
    const film = catalogue.films.get(recommendation.item);
    const explanation = explainRecommendation(recommendation, catalogue, opinions);
    return film ? [{ film, explanation, opinion: opinions.get(film.id) }] : [];
  });
}

function smallButton(words: string, testId: string): HTMLButtonElement {
  return element(
    'button',
    { class: 'button button-small', type: 'button', 'data-testid': testId },
    words,
  );
}
