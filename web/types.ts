import type { InklingError } from './errors.js';

/** One thing that can be recommended. Every further attribute is kept but not read by the engine. */
export interface Item {
  /** Unique in the catalogue; kept exactly as given. */
  id: string;
  title?: string;
  /** Free text in any language. */
  text?: string;
  /** Whole phrases: genres, authors, topics. Never split into words when items are compared. */
  tags?: readonly string[];
  /**
   * How much the item is sought after, on any non-negative scale. Orders the list while nothing is known of the person.
   * By context, as `recommend` is told it: `{ default: 10, mobile: 30, evening: 12 }`.
   */
  popularity?: number | { readonly [context: string]: number };
  /** Above 0: an editor's choice, the larger the further up, for people of whom nothing is known. */
  pick?: number;
  [attribute: string]: unknown;
}

/**
 * What an app reports. `like`, `dislike`, `rate`, `purchase` and `hide` are opinions: the newest one about
 * an item counts. `view` and `click` are weaker hints and count only while there is no opinion. `impression` says that the
 * item was shown: neither opinion nor hint, but an item that is shown and let be comes further down for a while.
 */
export const EVENT_TYPES = [
  'view',
  'click',
  'like',
  'dislike',
  'rate',
  'purchase',
  'hide',
  'impression',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface InteractionEvent {
  /** Item id. */
  item: string;
  type: EventType;
  /** Required for `rate` (1 to 5; 3 is neutral); not allowed otherwise. */
  value?: number;
  /** Milliseconds since 1970; now, if left out. */
  at?: number;
  /** Of an `impression`: at which place, from 1. Tells how much attention it got. */
  position?: number;
  /** Of an `impression`: as the list told it. */
  propensity?: number;
}

/**
 * Which step of the ladder an item came from: a trained model's name, content (`tf_idf`), popularity, or what a call asked
 * for. web/README.md has the ladder.
 */
export type Source = ModelName | 'query' | 'similar' | 'interests' | 'pick' | 'exploration' | 'pin';

/**
 * What can be trained; README.md says which to take, cpp/README.md what each is. A file of `user_neighbors` holds
 * the items of every training user, without ids: publish it only where those may be public.
 */
export const MODEL_NAMES = [
  'popularity',
  'item_neighbors',
  'user_neighbors',
  'item_graph',
  'ease',
  'sparse_linear',
  'ials',
  'bpr',
  'biased_sgd',
  'pure_svd',
  'graph_filter',
  'tf_idf',
  'item_vectors',
  'sasrec',
  'gru',
  'ensemble',
  'hybrid',
] as const;
/** Models that look at what items say of themselves. */
export const CONTENT_MODELS: readonly string[] = ['tf_idf', 'hybrid'] satisfies ModelName[];
export type ModelName = (typeof MODEL_NAMES)[number];

/** Models that the wasm files which are downloaded first cannot read: a page that is given one loads the full file. */
export const FULL_MODELS: readonly string[] = [
  'user_neighbors',
  'bpr',
  'biased_sgd',
  'graph_filter',
  'sasrec',
  'gru',
  'ensemble',
  'hybrid',
] satisfies ModelName[];

/** How a model file stores item factors: in four bytes each, two or one. In the order of the core's FactorStorage. */
export const FACTOR_STORAGES = ['f32', 'f16', 'int8'] as const;
export type FactorStorage = (typeof FACTOR_STORAGES)[number];

/** One part of a score. The contributions of a recommendation sum to its score. */
export interface Reason {
  /**
   * `event`: because of the person's own event on `item`, which may be a dislike (`weight`): then an item gains by being unlike it; `term`: a word of the query or text; `tag`: a whole
   * tag; `attribute`: the value, or the range of numbers, of the item's `field`; `popularity`: many others chose it, in a `context` where one is told; `model`: what the model says of the item whoever asks;
   * `preference`: the person prefers the topic `term`; `boost`: number `rule` of the call's `boost`, from 0; `freshness`: it is new; `impression`: it was shown
   * `count` times and let be; `similar`: it is like `item`; `pick`: an editor chose it; `pin`: the call put it there;
   * `exploration`: few have met it, or it is tried out; `others`: `count` reasons smaller than these, always the last.
   */
  kind:
    | 'event'
    | 'term'
    | 'tag'
    | 'attribute'
    | 'popularity'
    | 'model'
    | 'preference'
    | 'boost'
    | 'freshness'
    | 'impression'
    | 'similar'
    | 'pick'
    | 'pin'
    | 'exploration'
    | 'others';
  /** The item of the person's event, or that of `like`; set when `kind` is `event` or `similar`. */
  item?: string;
  /** What that event weighs, below 0 where the person disliked the item; set when `kind` is `event`. */
  weight?: number;
  /** The word, tag or value, folded; set when `kind` is `term`, `tag` or `attribute`, and for `preference`. */
  term?: string;
  /** The attribute's name; set when `kind` is `attribute`. */
  field?: string;
  /** The words and tags that tie the event's item to this one, strongest first, in lower case; set for `event` in content lists. */
  terms?: string[];
  /** How many; set when `kind` is `others` or `impression`. */
  count?: number;
  /** Which of the boosts; set when `kind` is `boost`. */
  rule?: number;
  /** Set when `kind` is `popularity` and it is that of a context. */
  context?: string;
  /** Signed part of the score. */
  contribution: number;
}

export interface Recommendation {
  /** Item id. */
  item: string;
  /** Comparable within one source of one list only. */
  score: number;
  source: Source;
  /** Largest contribution first, in either direction; empty when `explain` is false. */
  reasons: Reason[];
  /** Of what is tried out (`explore`): with which probability it was chosen for its place. Belongs into its `impression` event. */
  propensity?: number;
}

export interface SimilarItem {
  item: string;
  /** Cosine similarity, at most 1; of `tf_idf` about that, for it lets long texts count for more. */
  score: number;
  source: Source;
}

/** One row of training data. */
export interface Interaction {
  user: string;
  item: string;
  /** Rating or weight; 1 if left out. */
  value?: number;
  /** Any unit, as long as larger is later; row order breaks ties. */
  timestamp?: number;
}

/** Training data in columns: what the readers of `inkling/catalog` give and `train` likes best. */
export interface InteractionTable {
  /** userIds[u] is the id of user index u. */
  userIds: string[];
  /** itemIds[i] is the id of item index i. */
  itemIds: string[];
  /** One entry a row: index into userIds. */
  users: Int32Array;
  /** One entry a row: index into itemIds. */
  items: Int32Array;
  /** One entry a row; all 1 when the data has no values. */
  values: Float32Array;
  /** One entry a row, or null when the data has no times. */
  timestamps: Float64Array | null;
}

export interface Progress {
  phase: 'download' | 'read' | 'choose' | 'train' | 'evaluate';
  /** Between 0 and 1. */
  fraction: number;
  /** Which model, while `evaluate` trains or measures one. */
  model?: ModelName;
  /** The newest point of the curve, of models that go through their data again and again: `sasrec` and `gru`. */
  learning?: LearningPoint;
  /** With `checkpoints`, after an epoch, of quick ones not after each: all it takes to go on from there, for `resume`. */
  checkpoint?: Uint8Array;
}

/** A point of a training's curve. */
export interface LearningPoint {
  /** Passes made. */
  epoch: number;
  /** Mean loss of an item in the last pass. */
  loss: number;
  /** ndcg@10 and hit_rate@10 of each person's last item, which is not learned from; none with `patience: 0`. */
  ndcg?: number;
  hitRate?: number;
  /** Spent on the training so far, also before the checkpoint that it was resumed from. */
  seconds: number;
}

/** Vectors of items, such as a sentence encoder's of their texts. */
export interface ItemVectors {
  ids: readonly string[];
  /** ids.length rows of as many numbers each, at most 4096, one after the other. */
  values: Float32Array;
}

export type VariantName = 'simd' | 'simd-threads' | 'relaxed-threads';

/**
 * A wasm file of the package, `inkling-<name>.wasm`: the one that recommends, the one that trains the usual models too,
 * the one that trains all.
 */
export type WasmName = `${VariantName}-serving` | VariantName | `${VariantName}-full`;

export interface Logger {
  debug(message: string): void;
  warn(message: string): void;
}

/** How long events are kept. What goes beyond is removed when a recommender is opened and now and then while it is. */
export interface Retention {
  /** Events older than this many days go; looked at once a day. */
  days?: number;
  /** No more than the newest this many are kept, by their time. */
  events?: number;
}

/** A `CryptoKey` of WebCrypto, for AES-GCM; spelt out, so that it is known where the browser's types are not. */
export interface SecretKey {
  readonly type: 'private' | 'public' | 'secret';
  readonly extractable: boolean;
  readonly algorithm: { name: string };
  readonly usages: readonly string[];
}

/** How an attribute of the items takes part in comparing and finding them: its weight, or more. */
export type FieldOptions =
  | number
  | {
      /** How much each word or value counts. Default 1. */
      weight?: number;
      /**
       * `words`: split into words. `tags`: whole phrases, a string or an array of them; those of two fields are never
       * the same. `number`: ranges that about as many items are in; the nearer two numbers, the more alike. Default `words`,
       * of `tags` itself `tags`.
       */
      kind?: 'words' | 'tags' | 'number';
    };

/** How the factors of a person come about; `OpenOptions.personFactors` says what each is. */
export type PersonFactors = 'fold_in' | 'online' | 'tuned';

export interface OpenOptions {
  /** Items, or where a JSON array (or NDJSON) of items is to be had. */
  catalog?: readonly Item[] | URL | string | Blob;
  /** A model file. Without one, content and popularity do the work. */
  model?: URL | string | ArrayBuffer | Uint8Array | Blob;
  /**
   * Which attributes of the items are compared, and how; those that are not named are not. Default
   * `{title: 2, text: 1, tags: {weight: 2, kind: 'tags'}}`.
   */
  fields?: Readonly<Record<string, FieldOptions>>;
  /** Words to leave out, instead of the English ones that are built in. */
  stopWords?: readonly string[];
  /**
   * Address of a module whose export `tokenize(text, field)` splits texts into an array of terms, instead of what is built
   * in. `field` is undefined for a query. The worker imports it. `inkling/languages/…` has some.
   */
  tokenizer?: URL | string;
  /** Recommenders of the same name on one origin share their events. Default `default`. */
  name?: string;
  /** Default `indexeddb` where there is one, else `memory`. */
  storage?: 'indexeddb' | 'memory';
  /** Default: everything is kept. Above 20,000 events, those that no list depends on any more are removed in any case. */
  retention?: Retention;
  /**
   * Encrypts what is stored, by AES-GCM: with a key of the app (such as one derived from a passphrase), or with `true` by
   * one that is made once and kept in the same database, where no script can read its bytes. Events stored before are
   * encrypted too, and a name that has a key in its database stays encrypted. Default false.
   */
  encryption?: boolean | SecretKey;
  /** Asks the browser not to clear this site's storage by itself; Firefox then asks the person. Default false. */
  persist?: boolean;
  /** Called when another tab has recorded, edited or erased: lists made before are stale, `info()` is not. */
  onChange?: () => void;
  /** Default `auto`: as many as the machine has, at most 4, and 1 where threads cannot be had. */
  threads?: 'auto' | number;
  /** Default `auto`. Anything else forces one build, for tests and measurements. */
  variant?: 'auto' | VariantName;
  /**
   * Whether the wasm file that is loaded first trains too (the usual models). Where it does not, it is 40 KB smaller,
   * and `train` and `evaluate` load one that does. Default: false with a `model`, true without one. Node's always does.
   */
  training?: boolean;
  /**
   * How the factors of a person come about, with the models `ials` and `bpr`. With `fold_in` every list computes them
   * from the whole history. With `online` they are kept from list to list, and each event that only adds a wanted item is one
   * step from where they were, which takes as long after thousands of events as after ten. With `ials` the lists are the same but for
   * rounding; with `bpr` they hang on the order of the events and on when the page was opened. With `tuned` the models `sasrec` and
   * `gru` also learn from the person: the bias of their last layer makes one small, bounded step an event. It is worked out anew
   * from the history, so that nothing is stored and what is forgotten is gone from it; the model stays as it is. Default `fold_in`.
   */
  personFactors?: PersonFactors;
  /**
   * Where the wasm files are, if the bundler moved them. The function is asked for those of the chosen variant
   * (`simd-serving`, `simd`, `simd-full`). A single address is of one file: only what that trains can be trained.
   */
  wasmUrl?: URL | string | ((name: WasmName) => URL | string);
  /** The bytes of the wasm file, if the app has them already. Only what that trains can be trained. */
  wasmBinary?: ArrayBuffer | Uint8Array;
  /**
   * Where the worker script is, if the bundler moved it: `worker.js`, or the smaller `worker-serving.js` where nothing is
   * ever trained.
   */
  workerUrl?: URL | string;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Silent if left out. */
  logger?: Logger;
}

/** What an attribute of an item is compared with. Texts are compared in lower case, but for `id`. */
export type FilterValue = string | number | boolean;

/**
 * What an attribute must be. Of an attribute that is an array one element must be so; an item without the attribute fails
 * all but `exists: false`. Numbers are compared with numbers, and with texts that are numbers; texts, such as dates, with texts.
 */
export interface FilterOperators {
  eq?: FilterValue;
  in?: readonly FilterValue[];
  gt?: FilterValue;
  gte?: FilterValue;
  lt?: FilterValue;
  lte?: FilterValue;
  /** As `eq`, for arrays. */
  has?: FilterValue;
  /** As `in`, for arrays. */
  hasAny?: readonly FilterValue[];
  hasAll?: readonly FilterValue[];
  exists?: boolean;
}

/**
 * Which items, by their attributes: all that is said must hold.
 * `{ year: { gte: 1990, lt: 2000 }, tags: { has: 'comedy' }, director: 'X', not: { tags: 'war' } }`
 */
export interface Filter {
  and?: readonly Filter[];
  or?: readonly Filter[];
  not?: Filter;
  [attribute: string]: FilterValue | FilterOperators | Filter | readonly Filter[] | undefined;
}

/** How an item should differ from the one it is like. */
export const CRITIQUES = [
  'newer',
  'older',
  'longer',
  'shorter',
  'more popular',
  'less popular',
] as const;
export type Critique = (typeof CRITIQUES)[number];

export interface RecommendOptions {
  /** How many; at least 1. Default 10. */
  k?: number;
  /**
   * Words to look for in the `fields`: titles, texts and tags, unless others are named; the list is then ranked by them, and what the person has met has its say.
   * Also `-word`, `"a phrase"`, `year:1990..1999`, `no horror`; web/README.md has the grammar.
   */
  query?: string;
  /** Item ids that must not appear, besides those the person has met. */
  exclude?: readonly string[];
  /** Only these items may appear. */
  allow?: readonly string[];
  /** Leave out items the person has met. Default true. */
  excludeSeen?: boolean;
  /** Only items like this appear. */
  filter?: Filter;
  /** Items like this come further up, or down where `by` is negative: by so many spreads of the scores of their rung. */
  boost?: readonly { filter: Filter; by: number }[];
  /**
   * Items that stand at fixed places: an id at its place in this array, `{item, position}` at that place, 1 is the first.
   * They may be items the person has met; those that are excluded, filtered out, muted or not there, or
   * for which caps leave no room, are left out.
   */
  pins?: readonly (string | { item: string; position: number })[];
  /** At most so many items of the list have the same value of an attribute; of an array each element counts. */
  caps?: readonly { field: string; most: number }[];
  /** The list begins with items like this one, … */
  like?: string;
  /** … and has only such as differ from it in this, or match a filter. */
  but?: Critique | readonly Critique[] | Filter;
  /**
   * Which attributes the critiques compare. Default: of `published` and `year`, and of `runtime`, `duration`, `length` and
   * `pages`, the first that the item has.
   */
  attributes?: { time?: string; length?: string };
  /** Editorial picks for people of whom nothing is known, the best first. Default: items with an attribute `pick`. */
  picks?: readonly string[];
  /** What is known of the moment, such as `{ device: 'mobile', moment: 'evening' }`: see `Item.popularity`. */
  context?: { readonly [name: string]: string };
  /**
   * A number: which share of the places that popularity fills goes to items that few have met, from 0 to 1. An object: how many of
   * all places go to what is tried out, and how that is chosen; a number beside `diversify`, `rerank`, `constraints` or `surprise` is its `share`. Default 0.
   */
  explore?: number | ExploreOptions;
  /** Which of them: another number, other items. Default 1. */
  seed?: number;
  /**
   * How varied the list is to be: from 0, the best scores alone, to 1, variety alone. `true` is 0.49, at which lists are about a fifth more varied,
   * at about 2 % less NDCG@10. Short for `rerank: {steps: [{by: 'msd', weight}]}`, by topics or, where the items have
   * none, by the model's vectors; without either it does nothing. A page loads the full wasm file for this and the next
   * four options.
   */
  diversify?: boolean | number;
  /** What the list is chosen for besides relevance. */
  rerank?: RerankOptions;
  /** The attribute that tells what items are about, for re-ranking and exploring. Default `tags`. */
  topics?: string;
  /** What the list must and must not have. Kept where it can be, else as nearly as it can, and `broken` tells. */
  constraints?: readonly ListConstraint[];
  /** A list for once: still to the person's taste, but far from what they know, and of what few have met. */
  surprise?: boolean;
  /**
   * New items come further up: by so many spreads on their first day, half as many after the half-life. The attribute
   * (default `published`) is milliseconds since 1970 or a date as text.
   */
  freshness?: { field?: string; halfLifeDays: number; by: number };
  /**
   * How far down items come that were shown and let be: by `by` · ln(1 + n) spreads, where each of the n impressions since
   * the person did something with the item counts half after the half-life. Default `{ by: 0.5, halfLifeDays: 1 }`.
   */
  impressions?: { by?: number; halfLifeDays?: number };
  /**
   * How many reasons an entry has at most, besides one that sums the others up: a number, `Infinity` for all; true
   * for 10, false for none. Default true. With many events, telling all apart costs more than finding the list.
   */
  explain?: boolean | number;
  /**
   * Whether what the person's choices have taught a hybrid counts. Up to three choices are learned before each list and the
   * others, 100 at most, while nobody waits: after many events at once lists change until then. Default true.
   */
  adapt?: boolean;
  signal?: AbortSignal;
}

/** Model settings, in camelCase; see cpp/README.md. Unknown names are refused. */
export type Settings = Record<string, number | string | boolean>;

export interface TrainOptions {
  /**
   * Default `ials`. With `auto`, a part of the interactions is held out, models and settings are tried on it,
   * and the best is trained on everything. For other models than `popularity`, `item_neighbors`, `ials` and `tf_idf`
   * a browser loads the full wasm file; for these too another one where it was opened with `training: false`.
   */
  model?: ModelName | 'auto';
  /** With `auto`: settings that are not to be searched. */
  settings?: Settings;
  /**
   * For `item_vectors`, which learns from them alone, and `hybrid`, of which they become one more part. Whatever has a
   * vector is an item of the model.
   */
  vectors?: ItemVectors;
  /** How long `auto` may search, in seconds; it ends sooner where there is little data. Default 300. */
  budgetSeconds?: number;
  /** Default 1. */
  seed?: number;
  /** Recommend from the model from then on. Default true; with false it is only returned. */
  use?: boolean;
  /** How the model file stores item factors, with ids in fewer bytes unless `f32`. Default `f32`. */
  storage?: FactorStorage;
  /** Of `sasrec` and `gru`: whether progress reports bring checkpoints. Default false. */
  checkpoints?: boolean;
  /** A checkpoint of a training of the same model, interactions, settings and seed: it goes on to the same end. */
  resume?: Uint8Array;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** What `reload` puts in place of what was opened: a catalogue and model, and if wanted another person's or purpose's events. */
export type ReloadOptions = Pick<
  OpenOptions,
  'catalog' | 'model' | 'name' | 'storage' | 'signal' | 'onProgress'
>;

export interface TrainResult {
  model: ModelName;
  users: number;
  items: number;
  interactions: number;
  seconds: number;
  /** The model file: save it, ship it, open it again. */
  modelFile: Uint8Array;
  /** How the training went, of `sasrec` and `gru`. */
  curve?: LearningPoint[];
}

export const SPLIT_NAMES = ['leave-one-out', 'random', 'temporal', 'users'] as const;
export type SplitName = (typeof SPLIT_NAMES)[number];

export type RerankMethod =
  | 'mmr'
  | 'msd'
  | 'dpp'
  | 'xquad'
  | 'calibrate'
  | 'clusters'
  | 'popularity'
  | 'serendipity'
  | 'freshness'
  | 'rotation';

/** One thing besides relevance that a list is chosen for. */
export interface RerankStep {
  /**
   * `mmr`: items unlike the nearest of those before; `msd`: unlike all of them on average; `dpp`: both, by a determinant; `xquad`: all that the
   * person is interested in; `calibrate`: as much of each topic as they are interested in; `clusters`: kinds of items take turns;
   * `popularity`: items that few have met; `serendipity`: items unlike the history. Not in `evaluate`: `freshness`: new
   * items; `rotation`: items that were not just shown. cpp/README.md has the formulas.
   */
  by: RerankMethod;
  /**
   * From 0 to 1; what the weights of all steps leave of 1 is relevance's. Default: what was found to cost about 2 % of NDCG at most,
   * 0.49 for `msd`, 0.62 for `calibrate` (web/README.md has all), and less where several would leave relevance less than three tenths.
   */
  weight?: number;
  /** Of `mmr`, `msd`, `dpp` and `xquad`: only so many places before count. Default: all. */
  window?: number;
  /** Of `mmr`, `msd`, `dpp` and `clusters`: alike by what. A model without vectors has topics only. Default `topics`. */
  on?: 'topics' | 'vectors';
  /**
   * Of `xquad` and `calibrate`: what the person is interested in. `past`: what their history is about; `next`: what a model of
   * sequences (`sasrec`, `gru`) foretells of the next items, and with other models what the history is about. Default `next`.
   */
  interests?: 'next' | 'past';
  /** Of `freshness`: the attribute that tells the time. Default `published`. */
  field?: string;
  /** After how many days something is half as new (default 30), or having been shown counts half (default 1). */
  halfLifeDays?: number;
}

export interface RerankOptions {
  /** How many of the best scores a list is chosen from; at least as many as it has places. Default 100. */
  candidates?: number;
  /**
   * How what was chosen stands: `score`: the best first, which costs nothing of what the list as a whole is; `chosen`: as it was chosen,
   * so that a longer list begins with a shorter one. Constraints of attention always take the latter. Default `score`;
   * `chosen` where a step has a window.
   */
  order?: 'score' | 'chosen';
  steps: readonly RerankStep[];
}

/** How much of a list the items of a group may or must have. */
export interface ListConstraint {
  /** The attribute that says which groups an item is in; of an array each element is one. */
  field: string;
  /** The group. Default: each that the items of the catalogue have. */
  value?: FilterValue;
  /**
   * `items`: so many places of the list. `attention`: so large a share of the attention, from 0 to 1, where a place gets 1 / log2(place + 1). Default
   * `items`.
   */
  unit?: 'items' | 'attention';
  /** At least so much. Default 0. */
  least?: number;
  /** At most so much. Default: all. */
  most?: number;
  /**
   * `list`: of each list. `sessions`, for attention: of all that was shown to this person up to and with this list, by their
   * `impression` events; so a list may make good what others lacked. Default `list`.
   */
  over?: 'list' | 'sessions';
}

/** A constraint that no list could satisfy: the one at hand comes nearest. */
export interface BrokenConstraint {
  /** Its place in `constraints`, from 0. */
  constraint: number;
  field: string;
  /** The group. */
  value: FilterValue;
  unit: 'items' | 'attention';
  /** Above 0: so much is lacking; below 0: so much is too much. In items, or in attention where the first place has 1. */
  lacking: number;
}

/** Which items are tried out at some places of a list. */
export interface ExploreOptions {
  /** Of the places that are not pinned; 0.1 is one in ten. */
  share: number;
  /**
   * `thompson`: as often as what is known makes it likely that an item is the best (Beta–Bernoulli); `linucb`: what may bring
   * most, by topics and popularity; `softmax`: by score. Default `thompson`.
   */
  by?: 'thompson' | 'linucb' | 'softmax';
  /** What `thompson` learns about. Default `topics`, where items have any, else `items`. */
  over?: 'topics' | 'items';
  /** Of `softmax`, where scores are scaled to 0 … 1: the higher, the more at random. Default 0.1. */
  temperature?: number;
  /** With this probability any of the candidates: what makes estimates of other policies possible. Default 0.05. */
  epsilon?: number;
}

/** Choices whose propensity is known, one entry each in every array: at least two. */
export interface OffPolicyLog {
  /** With which probability each was chosen: above 0, at most 1. */
  propensities: readonly number[];
  /** With which probability the policy in question would have chosen it: 0 to 1. */
  targets: readonly number[];
  /** What came of it, such as 1 where the item was taken and 0 where not. */
  rewards: readonly number[];
  /** For a doubly robust estimate: what was to be expected of what was chosen … */
  chosenEstimates?: readonly number[];
  /** … and of what the policy in question would choose. */
  targetEstimates?: readonly number[];
  /** No choice counts more than this. Default: whatever it counts. */
  mostWeight?: number;
}

/** The mean reward of a choice under the policy in question. */
export interface OffPolicyEstimate {
  value: number;
  standardError: number;
  /** 95 %, by the normal approximation; not to be trusted where `effectiveChoices` is below about 50. */
  interval: [number, number];
  /** How many choices carry the estimate: (Σ w)² / Σ w² of their weights. */
  effectiveChoices: number;
  /** How many counted less because of `mostWeight`. */
  clipped: number;
}

export interface OffPolicyEstimates {
  inversePropensity: OffPolicyEstimate;
  selfNormalized: OffPolicyEstimate;
  /** Where estimates were given. */
  doublyRobust?: OffPolicyEstimate;
}

/** A list. Which `constraints` could not be kept stands in `broken`, where there are any. */
export type RecommendationList = Recommendation[] & { broken?: BrokenConstraint[] };

export interface EvaluateOptions {
  /** One table, to be split by `split` … */
  interactions?: InteractionTable | Iterable<Interaction>;
  /**
   * Default `leave-one-out`: each user's last row, by timestamp, or by the order of the rows where there are none (but one
   * at random where those are simply sorted by item). A row that repeats an earlier one's user and item replaces it, so no pair is
   * both trained on and tested.
   */
  split?: SplitName;
  /** Share of the data held out by `random` and `temporal`, and of the users by `users`. Default 0.2. */
  testFraction?: number;
  /** … or a split made elsewhere. */
  train?: InteractionTable | Iterable<Interaction>;
  test?: InteractionTable | Iterable<Interaction>;
  /** Candidates of a test user besides the test items; all items not in the user's training rows if left out. */
  negatives?: Iterable<{ user: string; items: readonly string[] }>;
  /** Default `ials`. `auto` chooses on a part of the training data, by the first metric that tells how good a list is. */
  model?: ModelName | 'auto';
  /** With `auto`: settings that are not to be searched. */
  settings?: Settings;
  /** As of `train`; for the baseline too. */
  vectors?: ItemVectors;
  /** How long `auto` may search, in seconds. Default 300. */
  budgetSeconds?: number;
  /**
   * Trained and measured on the same data, and compared with `model` user by user: the result then has
   * `baseline` and `differences`.
   */
  baseline?: { model: ModelName; settings?: Settings };
  /**
   * Of lists: `recall@k`, `recall_capped@k`, `precision@k`, `f1@k`, `hit_rate@k`, `ndcg@k`, `mrr@k`,
   * `map@k`; beyond accuracy: `novelty@k`, `diversity@k`, `popularity_bias@k`, `exposure_ratio@k`, `coverage@k`,
   * `gini@k`; by the items' topics: `intra_list_distance@k`, `topic_entropy@k`, `calibration_kl@k`, `serendipity@k`; of all
   * candidates: `auc`; of models that foretell values: `rmse`, `mae`. cpp/include/inkling/metrics.h says what
   * each is. Default `['recall@20', 'ndcg@20', 'hit_rate@10']`.
   */
  metrics?: readonly string[];
  /**
   * The field of the items that says what they are about, for metrics and re-ranking: its values count alike, as tags do.
   * Default `tags`.
   */
  topics?: string;
  /**
   * Measure lists as they are re-ranked; not the baseline's, so that a model as its own baseline tells what re-ranking does. A browser
   * loads the full wasm file for it, and for metrics by topics.
   */
  rerank?: RerankOptions;
  /** Measure the model as it is when its file has item factors of this kind; not the baseline. Default `f32`. */
  storage?: FactorStorage;
  /**
   * Leave test rows out whose items nobody met in training. Most models cannot find them, and by default
   * they count as misses. Default false.
   */
  knownItemsOnly?: boolean;
  /**
   * The test users are known by no more than the newest this many of their items: what the model gives to newcomers. Their
   * other items are not ranked either. Default: all.
   */
  historyEvents?: number;
  /** With `tuned` the models `sasrec` and `gru` are tuned to each test user, as by `open({personFactors})`. Default `fold_in`. */
  personFactors?: 'fold_in' | 'tuned';
  /**
   * In place of `negatives`: of each test user only the test items and so many others are ranked, drawn by the seed from
   * what the user has not met. Figures are higher than of the whole catalogue, and say less.
   */
  sampledNegatives?: number;
  /** As for `train`. */
  checkpoints?: boolean;
  resume?: Uint8Array;
  /** Default 1. */
  seed?: number;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** A model's metric less the baseline's. */
export interface MetricDifference {
  mean: number;
  /** The 95 % interval, by a bootstrap over the test users; none for `coverage` and `gini`. */
  low?: number;
  high?: number;
  /**
   * How often chance alone would make a difference at least as large, by exchanging the two models' figures
   * of users at random; at least 0.0005. None for `coverage` and `gini`.
   */
  p?: number;
}

export interface EvaluateResult {
  model: ModelName | 'auto';
  /** What `auto` chose. */
  chosen?: { model: ModelName; settings: Settings };
  /** Metric name, as asked for, to its mean over test users. */
  metrics: Record<string, number>;
  /**
   * Metric name to the low and high end of its 95 % interval, by a bootstrap over the test users; without
   * `coverage` and `gini`, which are no matter of single users.
   */
  intervals: Record<string, [number, number]>;
  seconds: { train: number; evaluate: number };
  users: number;
  items: number;
  interactions: number;
  test_users: number;
  variant: VariantName;
  threads: number;
  seed: number;
  /** Largest size the engine's memory had. */
  peak_memory_bytes: number;
  /** How the training went, of `sasrec` and `gru`. */
  curve?: LearningPoint[];
  /** The same of the baseline, where one was asked for. */
  baseline?: Pick<EvaluateResult, 'model' | 'metrics' | 'intervals' | 'seconds'>;
  /** Metric name to what the model has more than the baseline. */
  differences?: Record<string, MetricDifference>;
}

/** Which events are to be forgotten: those that match all that is given. */
export interface Forget {
  item?: string;
  type?: EventType;
  /** Of exactly this time. With `item` that is one event. */
  at?: number | Date;
  /** From this time on … */
  from?: number | Date;
  /** … and before this one. */
  to?: number | Date;
}

/** What a person may change of what is known of them. A topic is a word or tag as `profile()` tells it, in any case. */
export interface Edit {
  /** Items with these topics are recommended no more. */
  mute?: string | readonly string[];
  /** Items with these topics come further up: by as much as lies between the first and the last place of a list. */
  prefer?: string | readonly string[];
  /** These topics are neither muted nor preferred any more. */
  neutral?: string | readonly string[];
  /** Events that are to be removed; lists are then as if they had never been. */
  forget?: Forget;
}

export interface Interest {
  term: string;
  kind: 'term' | 'tag' | 'attribute';
  /** Of an attribute: its name. */
  field?: string;
  weight: number;
  /** A person's items are gathered by what they are alike in, at most 12 groups of each sign: where it counts most. */
  group: number;
  /** Items of the person's events that have it, the strongest opinions first, at most 5. */
  from: string[];
}

/** One of the parts of a hybrid, and what this person's choices have made of its weight. */
export interface LearnedPart {
  model: ModelName;
  /** How many later items make an item of the history count half to this part; 0: the order does not count. */
  halfLife: number;
  /** Added to the weight that it has for everybody. */
  change: number;
}

export interface Profile {
  /** Number of stored events. */
  events: number;
  /** What is known of each item the person has met, newest first: the event that decides, and what it weighs. */
  items: { item: string; type: EventType; weight: number; at: number }[];
  /** The words and tags that weigh most in the person's taste, strongest first; empty without a catalogue. */
  interests: Interest[];
  /**
   * The tags of what a model of sequences (`sasrec`, `gru`) foretells of the next items: which share each has, all of them 1, the
   * largest first. Empty for other models, without a catalogue, and while nothing is known of the person.
   */
  next: { tag: string; share: number }[];
  /** What choices have taught a hybrid of this person, at such a moment as now; empty for other models. */
  blend: LearnedPart[];
  /** Topics that the person has muted and preferred. */
  muted: string[];
  preferred: string[];
}

export interface Info {
  /** Version of the package. */
  version: string;
  variant: VariantName;
  threads: number;
  /** Why this variant and not a faster one, in sentences. */
  why: string[];
  /** Sizes in bytes. */
  bytes: { wasm: number; model: number; memory: number };
  /** Model in use, or null. */
  model: { name: ModelName; items: number; formatVersion: number } | null;
  items: number;
  events: number;
  storage: {
    kind: 'indexeddb' | 'memory';
    /** Set while storage is not what was asked for: what happened and what it means. */
    degraded?: string;
    /** Whether what is stored is encrypted. */
    encrypted?: boolean;
    /** What the browser said to `persist`. */
    persisted?: boolean;
  };
  /** Milliseconds the engine spent on the last call of each kind, without the way there and back. */
  timings: { recommend?: number; similar?: number; profile?: number; open?: number };
}

/** What a rejected promise carries. */
export type { InklingError };
