import {
  type InteractionTable,
  type LearningPoint,
  type Recommendation,
  Recommender,
  type TrainResult,
} from 'inkling';
import { MOST_PARTS } from './explanation.ts';
import { type Session, SHELF_LENGTH } from './session.ts';

/** The model behind "What next?": it reads films in the order in which they were liked. */

/** A film that few rated teaches little, and every film makes each step longer: the best known are enough. */
const MOST_FILMS = 2500;
/** Ratings that are gone through in all, again and again: half a minute on two cores. */
const PASSED_RATINGS = 750_000;
const EPOCHS = { least: 2, most: 40 };
/** Found on the validation data of ml-latest-small; the demo's README has the figures. */
const SETTINGS = { numFactors: 48, maxLength: 50, learningRate: 0.003 };

/** Ids of films, the oldest first. */
type Order = readonly string[];

export interface NextTraining {
  trained: TrainResult;
  curve: readonly LearningPoint[];
}

/** The rows of the films that have most of them. */
export function ofBestKnown(table: InteractionTable, most = MOST_FILMS): InteractionTable {
  if (table.itemIds.length <= most) return table;
  const counts = new Uint32Array(table.itemIds.length);
  for (const item of table.items) counts[item] = (counts[item] ?? 0) + 1;
  const known = [...counts.keys()]
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
    .slice(0, most);
  const places = new Int32Array(table.itemIds.length).fill(-1);
  known.forEach((item, place) => {
    places[item] = place;
  });
  const isKept = (_: number, row: number) => (places[table.items[row] ?? 0] ?? -1) >= 0;
  return {
    userIds: table.userIds,
    itemIds: known.map((item) => table.itemIds[item] ?? ''),
    users: table.users.filter(isKept),
    items: table.items.filter(isKept).map((item) => places[item] ?? 0),
    values: table.values.filter(isKept),
    timestamps: table.timestamps?.filter(isKept) ?? null,
  };
}

/** How often training goes through so many ratings. */
export function epochsFor(ratings: number): number {
  const epochs = Math.round(PASSED_RATINGS / Math.max(ratings, 1));
  return Math.min(Math.max(epochs, EPOCHS.least), EPOCHS.most);
}

/** A recommender of its own, so that what is tried out with it is kept apart from what the person said. */
export class NextModel {
  readonly training: NextTraining;
  readonly #session: Session;
  readonly #recommender: Recommender;
  readonly #films: ReadonlySet<string>;
  /** Questions are answered one after the other, and nothing is kept between them. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    session: Session,
    recommender: Recommender,
    films: readonly string[],
    training: NextTraining,
  ) {
    this.#session = session;
    this.#recommender = recommender;
    this.#films = new Set(films);
    this.training = training;
  }

  /** Trains on the ratings that the session's films came with; its lists go on meanwhile. */
  static async train(
    session: Session,
    ratings: InteractionTable,
    onCurve: (curve: readonly LearningPoint[], epochs: number) => void,
    signal: AbortSignal,
  ): Promise<NextModel> {
    const known = ofBestKnown(ratings);
    const epochs = epochsFor(known.items.length);
    const curve: LearningPoint[] = [];
    onCurve(curve, epochs);
    const trained = await session.recommender.train(known, {
      model: 'sasrec',
      settings: { ...SETTINGS, epochs },
      use: false,
      signal,
      onProgress: ({ learning }) => {
        if (learning === undefined || learning.epoch === curve.at(-1)?.epoch) return;
        curve.push(learning);
        onCurve(curve, epochs);
      },
    });
    const recommender = await Recommender.open({
      catalog: session.catalogue.items,
      model: trained.modelFile,
      name: 'what-next',
      storage: 'memory',
      signal,
    });
    return new NextModel(session, recommender, known.itemIds, {
      trained,
      curve: trained.curve ?? curve,
    });
  }

  /** The person's likes that it has learned about. */
  knownLikes(): Order {
    return this.#session.likes.filter((id) => this.#films.has(id)).reverse();
  }

  /** What comes after these films. What the session shuns is left out here, too. */
  ask(order: Order): Promise<Recommendation[]> {
    const answer = this.#last.then(async () => {
      const { opinions, muted } = this.#session;
      const start = Date.now() - order.length;
      try {
        await this.#recommender.record(
          order.map((item, place) => ({ item, type: 'like' as const, at: start + place })),
        );
        return await this.#recommender.recommend({
          k: SHELF_LENGTH,
          explain: MOST_PARTS,
          exclude: [...opinions.keys()],
          ...(muted.size > 0 && { filter: { not: { tags: { hasAny: [...muted] } } } }),
        });
      } finally {
        await this.#recommender.erase();
      }
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  close(): Promise<void> {
    return this.#recommender.close();
  }
}
