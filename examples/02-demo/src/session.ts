import type {
  InteractionEvent,
  InteractionTable,
  Profile,
  Recommendation,
  Recommender,
  ReloadOptions,
  SimilarItem,
} from 'inkling';
import type { Catalogue, Film } from './catalogue.ts';
import { MOST_PARTS, type Opinion } from './explanation.ts';
import { optionsOf, type Wish } from './wishes.ts';

/** How many films a shelf holds. */
export const SHELF_LENGTH = 12;
/** Likeness knows nothing of muted topics: so many more are asked for, for those that are then left out. */
const SPARE_NEIGHBORS = 200;

export interface Answers {
  /** What "For you" was asked with. */
  wish: Wish;
  forYou: Recommendation[];
  /** What was found for the words in the search box, if there are any. */
  found: Recommendation[] | undefined;
  profile: Profile;
}

/** What belongs to a catalogue: its model, and where opinions of its films are kept. */
export type Belongings = Pick<ReloadOptions, 'model' | 'name' | 'storage'>;

/**
 * A catalogue on the page's one recommender: all that is asked of the package goes through here. Sessions take turns;
 * `enter` says whose it is.
 */
export class Session {
  readonly recommender: Recommender;
  readonly catalogue: Catalogue;
  /** What many people rated of these films, where that is known. */
  readonly ratings: InteractionTable | undefined;
  readonly #belongings: Belongings;
  /** What the person said of which film, newest first. */
  opinions: ReadonlyMap<string, Opinion> = new Map();
  /** Topics of which nothing is to come, in lower case. */
  muted: ReadonlySet<string> = new Set();

  constructor(
    recommender: Recommender,
    catalogue: Catalogue,
    belongings: Belongings,
    ratings?: InteractionTable,
  ) {
    this.recommender = recommender;
    this.catalogue = catalogue;
    this.ratings = ratings;
    this.#belongings = belongings;
  }

  /** Makes this the session that the recommender answers for. The same worker goes on: nothing is loaded. */
  async enter(): Promise<void> {
    await this.recommender.reload({ catalog: this.catalogue.items, ...this.#belongings });
  }

  /** Newest first; without films that an older catalogue had and this one has not. */
  get likes(): string[] {
    const liked = [...this.opinions].filter(([, opinion]) => opinion === 'like');
    return liked.map(([id]) => id).filter((id) => this.catalogue.films.has(id));
  }

  /** While true nothing is learned. The recommender is the same for all sessions, and so is this. */
  get quiet(): boolean {
    return this.recommender.quiet;
  }

  set quiet(quiet: boolean) {
    this.recommender.quiet = quiet;
  }

  /** Whether a film is to be left out of every list: it was hidden, or one of its topics is muted. */
  shuns({ id, tags }: Film): boolean {
    return (
      this.opinions.get(id) === 'hide' ||
      (this.muted.size > 0 && tags.some((tag) => this.muted.has(tag.toLowerCase())))
    );
  }

  /**
   * A second press takes the opinion back. Resolves when the event is stored; returns what now holds: in quiet, what held
   * before.
   */
  async toggle(film: Film, opinion: Opinion): Promise<Opinion | undefined> {
    const { quiet } = this;
    const before = this.opinions.get(film.id);
    if (before === opinion && !quiet) {
      await this.forget(film.id);
      return undefined;
    }
    await this.recommender.record({ item: film.id, type: opinion });
    return quiet ? before : opinion;
  }

  async forget(id: string): Promise<void> {
    await this.recommender.edit({ forget: { item: id } });
  }

  async mute(topics: readonly string[]): Promise<void> {
    await this.recommender.edit({ mute: topics });
  }

  async unmute(topic: string): Promise<void> {
    await this.recommender.edit({ neutral: topic });
  }

  /** Keeps what was said before, of another catalogue: that is nothing new, so in quiet it is kept too. */
  async recall(events: readonly InteractionEvent[]): Promise<void> {
    const { quiet } = this;
    this.quiet = false;
    // Whether it is quiet is looked at as the call begins.
    const kept = this.recommender.record(events);
    this.quiet = quiet;
    await kept;
  }

  /** What a person looks at first, asked at once; also learns anew what they said of which film. */
  async ask(query: string, wish: Wish): Promise<Answers> {
    const [forYou, profile, found] = await Promise.all([
      this.recommender.recommend({ k: SHELF_LENGTH, explain: MOST_PARTS, ...optionsOf(wish) }),
      this.recommender.profile(),
      query === '' ? undefined : this.#search(query),
    ]);
    const opinions = new Map<string, Opinion>();
    for (const { item, type } of profile.items) {
      if (type === 'like' || type === 'dislike' || type === 'hide') opinions.set(item, type);
    }
    this.opinions = opinions;
    this.muted = new Set(profile.muted);
    return { wish, forYou, profile, found };
  }

  /** The films nearest to each of some films. */
  async askNeighbors(ids: readonly string[]): Promise<Map<string, SimilarItem[]>> {
    const k = SHELF_LENGTH + this.opinions.size + 1 + (this.muted.size > 0 ? SPARE_NEIGHBORS : 0);
    const lists = await Promise.all(ids.map((id) => this.recommender.similar(id, { k })));
    return new Map(ids.map((id, at) => [id, lists[at] ?? []]));
  }

  /** A search also finds what was liked before, and nothing that is only popular. */
  async #search(query: string): Promise<Recommendation[]> {
    const found = await this.recommender.recommend({
      query,
      k: SHELF_LENGTH,
      excludeSeen: false,
      explain: MOST_PARTS,
    });
    return found.filter((recommendation) => recommendation.source === 'query');
  }
}

/**
 * The films that "Because you liked …" shelves stand for: the two newest likes. The shelf that was just used
 * stays, and a shelf that stays keeps its place, so that nothing slides away under the hand.
 */
export function chooseAnchors(
  current: readonly string[],
  likes: readonly string[],
  used: string | undefined,
): string[] {
  const wanted = likes.slice(0, 2);
  if (used !== undefined && likes.includes(used) && !wanted.includes(used)) wanted[1] = used;
  const fresh = wanted.filter((id) => !current.includes(id));
  const places = current.map((id) => (wanted.includes(id) ? id : fresh.shift()));
  return [...places.filter((id) => id !== undefined), ...fresh];
}
