import { type Film, shownName } from './catalogue.ts';
import { byId, say } from './elements.ts';
import { showEngine, showLedger, showUpdateTime } from './engine-facts.ts';
import { confirmErase } from './erase-dialog.ts';
import type { Opinion } from './explanation.ts';
import type { NetworkLedger } from './network-ledger.ts';
import { Panel } from './panel.ts';
import { counted, milliseconds } from './quantities.ts';
import { saveFile } from './save-file.ts';
import { watchSearch } from './search-box.ts';
import { chooseAnchors, type Session } from './session.ts';
import { Shelves } from './shelves.ts';
import { NO_WISH } from './wishes.ts';

const QUIET = 'Quiet: nothing was kept.';

/** Keeps what is on the page equal to what the recommender says, whichever session is the current one. */
export class Page {
  /** The one whose films are shown. */
  session: Session;
  /** The one of the built-in films. */
  readonly #home: Session;
  readonly #ledger: NetworkLedger;
  readonly #shelves: Shelves;
  readonly #panel: Panel;
  readonly #search: { clear: () => void };
  #query = '';
  /** Answers to an older question than the newest are not shown. */
  #asked = 0;
  /** The last wish that was answered. */
  #granted = NO_WISH;

  constructor(session: Session, ledger: NetworkLedger) {
    this.session = session;
    this.#home = session;
    this.#ledger = ledger;
    const shelves = byId('shelves');
    shelves.replaceChildren();
    this.#shelves = new Shelves(shelves, {
      onOpinion: (film, opinion, event) => void this.#judge(film, opinion, event),
      onMute: (topic, event) => void this.#mute(topic, event),
      onGenre: () => this.#shelves.showPopular(this.session),
      onWish: (words) => void this.#wish(words),
      onQuiet: (quiet) => this.#keepQuiet(quiet),
      announce: (message) => this.announce(message),
    });
    this.#panel = new Panel({
      onForget: (id) => void this.#forget(id),
      onUnmute: (topic) => void this.#unmute(topic),
      onExport: () => void this.#export(),
      onErase: () => void this.#erase(),
    });
    this.#search = watchSearch((query) => void this.#find(query));
    this.#welcome(session);
  }

  /** Shows another session, which has been entered, or brings the built-in films back. */
  async change(session: Session = this.#home): Promise<void> {
    this.#asked++; // what is still on its way is about other films
    if (session === this.#home) await session.enter();
    this.session = session;
    this.#query = '';
    this.#search.clear();
    this.#panel.clear();
    this.#welcome(session);
    await this.update(performance.now());
  }

  #welcome(session: Session): void {
    this.#shelves.clear(session);
    say(byId('film-count'), counted(session.catalogue.films.size, 'film'));
  }

  announce(message: string): void {
    say(byId('status'), message);
  }

  /**
   * Asks for everything that is shown, and shows it: "For you" and what was searched for at once, the other
   * shelves a frame later. Returns how long the first part took, from `since` on.
   */
  async update(since: number, usedShelf?: string): Promise<number | undefined> {
    const turn = ++this.#asked;
    const { session } = this;
    const answers = await session.ask(this.#query, this.#shelves.wish);
    if (turn !== this.#asked) return undefined;
    this.#granted = answers.wish;
    this.#shelves.showFirst(session, answers, this.#query);
    const made = performance.now() - since;
    void this.#attempt(() => this.#shelves.showNext());
    const anchors = chooseAnchors(this.#shelves.anchors, session.likes, usedShelf);
    const seen = painted().then(() => {
      showUpdateTime(made, performance.now() - since);
      if (turn === this.#asked) this.#panel.show(session, answers.profile);
      const info = session.recommender.info();
      showEngine(info);
      this.#ledger.noteEngine(info.bytes.wasm);
    });
    const [similar] = await Promise.all([session.askNeighbors(anchors), seen]);
    if (turn === this.#asked) this.#shelves.showRest(session, similar, anchors);
    return made;
  }

  showLedger(): void {
    showLedger(this.#ledger);
  }

  async #judge(film: Film, opinion: Opinion, event: MouseEvent): Promise<void> {
    await this.#attempt(async () => {
      const usedShelf = this.#shelves.anchorAt(event.target);
      const { quiet } = this.session;
      const holds = await this.session.toggle(film, opinion);
      const words = {
        like: `Liked ${film.title}.`,
        dislike: `${film.title} is not for you.`,
        hide: `Hid ${film.title}; to undo it, forget it in the panel.`,
        none: `Took back what you said of ${film.title}.`,
      };
      if (quiet) return this.announce(QUIET);
      await this.#tell(words[holds ?? 'none'], event.timeStamp, usedShelf);
    });
  }

  async #forget(id: string): Promise<void> {
    const since = performance.now();
    await this.#attempt(async () => {
      await this.session.forget(id);
      const title = this.session.catalogue.films.get(id)?.title ?? shownName(id);
      await this.#tell(`Forgot ${title}.`, since);
    });
  }

  async #mute(topic: string, event: MouseEvent): Promise<void> {
    if (this.session.quiet) return this.announce(QUIET);
    await this.#attempt(async () => {
      await this.session.mute([topic]);
      await this.update(event.timeStamp, this.#shelves.anchorAt(event.target));
      this.announce(
        `No more ${shownName(topic)}. To undo it, take it back under “Muted” in the panel.`,
      );
    });
  }

  async #unmute(topic: string): Promise<void> {
    const since = performance.now();
    await this.#attempt(async () => {
      await this.session.unmute(topic);
      const { spelling } = this.session.catalogue;
      await this.#tell(`${shownName(spelling.get(topic) ?? topic)} may come again.`, since);
    });
  }

  /** What cannot be had, as where more of the program would have to be loaded and is not there, is wished no longer. */
  async #wish(words?: string): Promise<void> {
    const since = performance.now();
    const { wish } = this.#shelves;
    await this.#attempt(async () => {
      try {
        if (words === undefined) await this.update(since);
        else await this.#tell(words, since);
      } catch (error) {
        if (this.#shelves.wish === wish) {
          this.#shelves.wish = this.#granted;
          await this.update(since);
        }
        throw error;
      }
    });
  }

  #keepQuiet(quiet: boolean): void {
    this.session.quiet = quiet;
    this.announce(
      quiet
        ? 'Quiet: nothing is learned until you turn it off.'
        : 'Quiet is off: what you like counts again.',
    );
  }

  async #tell(words: string, since: number, usedShelf?: string): Promise<void> {
    const made = await this.update(since, usedShelf);
    if (made === undefined) return;
    const first = this.#shelves.first(this.session);
    this.announce(
      `${words} ${first === undefined ? '' : `“For you” begins with ${first}, `}${milliseconds(made)} later.`,
    );
  }

  async #find(query: string): Promise<void> {
    this.#query = query;
    await this.#attempt(async () => {
      await this.update(performance.now());
      if (query !== '') this.announce(`Showing what was found for “${query}”.`);
    });
  }

  async #export(): Promise<void> {
    await this.#attempt(async () => {
      saveFile(await this.session.recommender.exportData(), 'inkling-history.json');
      this.announce('Saved a copy of all that is known from your opinions of these films.');
    });
  }

  async #erase(): Promise<void> {
    if (!(await confirmErase())) return;
    const since = performance.now();
    await this.#attempt(async () => {
      await this.session.recommender.erase();
      if (this.session !== this.#home) {
        await this.#home.enter();
        await this.#home.recommender.erase();
        await this.session.enter();
      }
      await this.update(since);
      this.announce('Erased. This device knows nothing about you.');
    });
  }

  /** A failure is told in its own words; what was on the page stays. */
  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.announce(error instanceof Error ? error.message : String(error));
    }
  }
}

/** Resolves when the next frame has been painted, or soon in a tab that is not being looked at. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      // A message posted from within a frame is handled after that frame.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        resolve();
        port1.close();
      };
      port2.postMessage(undefined);
    });
  });
}
