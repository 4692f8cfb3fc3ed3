import type { Profile } from 'inkling';
import { type Catalogue, shownName } from './catalogue.ts';
import { swatch } from './cover.ts';
import { byId, element, say } from './elements.ts';
import { type Opinion, spelled } from './explanation.ts';
import { icon } from './icons.ts';
import { reorder } from './keyed-list.ts';
import { counted } from './quantities.ts';
import type { Session } from './session.ts';

interface PanelActions {
  onForget: (id: string) => void;
  onUnmute: (topic: string) => void;
  onExport: () => void;
  onErase: () => void;
}

/** Chips that fit the panel without becoming a list to read. */
const MOST_LIKED = 12;
const MOST_DISLIKED = 3;
const FEWEST_TAGS = 2;

const WORDS: Record<Opinion, string> = { like: 'liked', dislike: 'not for me', hide: 'hidden' };

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** "What this device knows": opinions that can be taken back, and the taste computed from them. */
export class Panel {
  readonly #actions: PanelActions;
  readonly #opinions = byId('panel-opinions');
  readonly #interests = byId('panel-interests');
  readonly #muted = byId('panel-muted');
  readonly #mutedTopics = byId('panel-muted-topics');
  readonly #count = byId('panel-count');
  readonly #sheetCount = byId('sheet-count');
  #rows = new Map<string, HTMLElement>();

  constructor(actions: PanelActions) {
    this.#actions = actions;
    const exportButton = byId<HTMLButtonElement>('export');
    const eraseButton = byId<HTMLButtonElement>('erase');
    exportButton.prepend(icon('save'));
    eraseButton.prepend(icon('erase'));
    exportButton.addEventListener('click', actions.onExport);
    eraseButton.addEventListener('click', actions.onErase);
    openAsSheet();
  }

  show(session: Session, profile: Profile): void {
    this.#showOpinions(session);
    this.#showMuted(profile.muted, session.catalogue);
    this.#showInterests(profile, session.catalogue);
    const films = counted(session.opinions.size, 'film');
    const topics = counted(profile.muted.length, 'muted topic');
    const known = [
      session.opinions.size > 0 && `your opinion of ${films}`,
      profile.muted.length > 0 && topics,
    ].filter((words) => words !== false);
    const kept =
      session.recommender.info().storage.kind === 'indexeddb'
        ? 'in this browser'
        : 'until this tab closes';
    say(
      this.#count,
      known.length === 0 ? 'Nothing yet.' : `${capital(known.join(' and '))}, kept ${kept}.`,
    );
    const [first = 'nothing yet'] = known;
    say(this.#sheetCount, session.opinions.size > 0 ? films : first);
  }

  /** For another catalogue, in which the same ids mean other films. */
  clear(): void {
    this.#rows = new Map();
    this.#opinions.replaceChildren();
  }

  #showOpinions({ opinions, catalogue }: Session): void {
    const held = document.activeElement?.closest<HTMLElement>('.opinion-row');
    const at = held ? [...this.#opinions.children].indexOf(held) : -1;
    const rows = new Map<string, HTMLElement>();
    for (const [id, opinion] of opinions) {
      const row = this.#rows.get(`${id} ${opinion}`) ?? this.#row(id, opinion, catalogue);
      rows.set(`${id} ${opinion}`, row);
    }
    this.#rows = rows;
    reorder(this.#opinions, [...rows.values()], 'column');
    if (held && at >= 0 && !held.isConnected) {
      const next = this.#opinions.children[Math.min(at, this.#opinions.childElementCount - 1)];
      const target = next?.querySelector('button') ?? byId('export');
      target.focus({ preventScroll: true });
    }
  }

  #row(id: string, opinion: Opinion, catalogue: Catalogue): HTMLElement {
    const film = catalogue.films.get(id);
    const title = film?.title ?? shownName(id);
    const remove = element(
      'button',
      { class: 'remove', type: 'button', 'aria-label': `Forget ${title}` },
      icon('dislike'),
    );
    remove.addEventListener('click', () => this.#actions.onForget(id));
    return element(
      'li',
      { class: `opinion-row opinion-row-${opinion}` },
      film && swatch(film),
      element('span', { class: 'opinion-title' }, title),
      element('span', { class: 'opinion-word' }, WORDS[opinion]),
      remove,
    );
  }

  #showMuted(topics: readonly string[], { spelling }: Catalogue): void {
    const { activeElement } = document;
    const at = [...this.#mutedTopics.children].findIndex((row) => row.contains(activeElement));
    const chips = topics.map((topic) => {
      const name = shownName(spelling.get(topic) ?? topic);
      const allow = element(
        'button',
        { class: 'muted-topic', type: 'button', 'aria-label': `Take back: no more ${name}` },
        element('span', {}, name),
        icon('dislike'),
      );
      allow.addEventListener('click', () => this.#actions.onUnmute(topic));
      return element('li', {}, allow);
    });
    this.#mutedTopics.replaceChildren(...chips);
    this.#muted.hidden = chips.length === 0;
    if (at < 0) return;
    const next = chips[Math.min(at, chips.length - 1)]?.querySelector('button');
    (next ?? byId('export')).focus({ preventScroll: true });
  }

  #showInterests({ interests }: Profile, catalogue: Catalogue): void {
    const tags = interests.filter(({ kind }) => kind === 'tag');
    // Words of titles say little where there are tags.
    const telling = tags.length >= FEWEST_TAGS ? tags : interests;
    const towards = telling.filter(({ weight }) => weight > 0).slice(0, MOST_LIKED);
    const away = telling.filter(({ weight }) => weight < 0).slice(-MOST_DISLIKED);
    const shown = [...towards, ...away];
    const largest = Math.max(...interests.map(({ weight }) => Math.abs(weight)), Number.MIN_VALUE);
    const chips = shown.map((interest) => {
      const { weight } = interest;
      const chip = element(
        'li',
        {
          class: weight < 0 ? 'interest interest-against' : 'interest',
          title: `weight ${weight.toPrecision(2)}`,
        },
        spelled(interest, catalogue),
      );
      chip.style.setProperty('--weight', (Math.abs(weight) / largest).toFixed(3));
      return chip;
    });
    const nothing = element(
      'li',
      { class: 'quiet' },
      'Like a film, and what it tells of your taste appears here.',
    );
    this.#interests.replaceChildren(...(chips.length > 0 ? chips : [nothing]));
  }
}

/** On a narrow screen the panel is a sheet that comes up from the bottom bar. */
function openAsSheet(): void {
  const panel = byId('panel');
  const opener = byId<HTMLButtonElement>('sheet-open');
  const closer = byId<HTMLButtonElement>('sheet-close');
  closer.append(icon('chevron'));
  const set = (open: boolean) => {
    panel.classList.toggle('panel-open', open);
    opener.setAttribute('aria-expanded', String(open));
    (open ? closer : opener).focus({ preventScroll: true });
  };
  opener.addEventListener('click', () => set(!panel.classList.contains('panel-open')));
  closer.addEventListener('click', () => set(false));
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && panel.classList.contains('panel-open')) set(false);
  });
}
