import type { StoredEvent } from '../engine/history.js';
import type { TextSettings } from '../engine/item-texts.js';
import type { Choice } from '../engine/variants.js';
import type { ErrorCode } from '../errors.js';
import type { SentInteractions } from '../interaction-columns.js';
import type { TimedEvent } from '../store/event-log.js';
import type { Preferences } from '../store/person-store.js';
import type {
  EvaluateOptions,
  EvaluateResult,
  FactorStorage,
  Forget,
  Info,
  Item,
  ItemVectors,
  ModelName,
  OffPolicyEstimates,
  OffPolicyLog,
  PersonFactors,
  Profile,
  Progress,
  RecommendationList,
  RecommendOptions,
  Retention,
  Settings,
  SimilarItem,
  TrainResult,
} from '../types.js';

/** What is public: the items there are, and what was learned of them elsewhere. */
export interface PublicData {
  catalog?: { items: readonly Item[] } | { bytes: Uint8Array; name: string } | undefined;
  model?: Uint8Array | undefined;
}

/** What the worker needs before anything else. */
export interface OpenRequest {
  choice: Choice;
  /** Address of the chosen variant's wasm; not used in Node, which finds its own. */
  wasmUrl?: string | undefined;
  /** Addresses of modules that train; none when only the app knows them. */
  trainerUrls?: Record<Trainer, string> | undefined;
  wasmBinary?: ArrayBuffer | Uint8Array | undefined;
  texts?: SentTextSettings | undefined;
  personFactors?: PersonFactors | undefined;
}

/** How items become terms; the worker imports the tokenizer. */
export type SentTextSettings = Pick<TextSettings, 'fields' | 'stopWords'> & {
  tokenizer?: string | undefined;
};

/** Which wasm file trains a model: that of the usual models, or that of all. */
export type Trainer = 'usual' | 'full';

/** Which script a worker runs: the one that only recommends, the one that trains the usual models too, or the one that does all. */
export type WorkerScript = 'serving' | 'training' | 'full';

/** What the worker says of itself; the client adds the rest of `Info`. */
export type EngineInfo = Pick<
  Info,
  'variant' | 'threads' | 'why' | 'bytes' | 'model' | 'items' | 'timings'
> & {
  /** Which models its module cannot train, and what can. */
  lacks: Partial<Record<ModelName, Trainer>>;
};

/** Where a person's events are. */
export interface PersonSource {
  /** The database to read; null when events are only sent. */
  database: { name: string; key: CryptoKey | null; retention: Retention | undefined } | null;
  /** Events that are in no database. */
  loose: readonly StoredEvent[];
  /** Of a person without a database. */
  preferences: Preferences;
}

type Sent<T> = Omit<T, 'signal' | 'onProgress'>;

/** What can be asked of the worker: name → request and result. */
export interface Calls {
  open: { request: OpenRequest; result: null };
  reload: { request: PublicData; result: null };
  /** Puts a model trained elsewhere to work, with the items that are there. */
  use: { request: { modelFile: Uint8Array }; result: null };
  recommend: { request: Sent<RecommendOptions>; result: RecommendationList };
  similar: { request: { id: string; k?: number | undefined }; result: SimilarItem[] };
  /** Lists that take the full wasm file. */
  reranked: { request: Sent<RecommendOptions>; result: RecommendationList };
  offPolicy: { request: OffPolicyLog; result: OffPolicyEstimates };
  profile: { request: Record<string, never>; result: Profile };
  /** Reads what was added; how many events there are. */
  sync: { request: Record<string, never>; result: { events: number } };
  edit: {
    request: Record<'mute' | 'prefer' | 'neutral', readonly string[]> & {
      forget: Forget | undefined;
    };
    result: {
      /** How many events were removed … */
      forgotten: number;
      /** … and the places of those that were in no database. */
      gone: number[];
      preferences: Preferences;
    };
  };
  exportData: { request: Record<string, never>; result: { text: string } };
  importData: {
    request: { text: string };
    /** Where there is no database, the events that are to be added. */
    result: { added: number; known: number; loose: TimedEvent[]; preferences: Preferences };
  };
  train: {
    request: {
      interactions: SentInteractions;
      model?: ModelName | 'auto' | undefined;
      settings?: Settings | undefined;
      vectors?: ItemVectors | undefined;
      budgetSeconds?: number | undefined;
      seed?: number | undefined;
      use?: boolean | undefined;
      storage?: FactorStorage | undefined;
      checkpoints?: boolean | undefined;
      resume?: Uint8Array | undefined;
    };
    result: TrainResult;
  };
  evaluate: {
    request: Omit<Sent<EvaluateOptions>, TableName | 'negatives'> &
      Record<TableName, SentInteractions | undefined> & {
        negatives: EvaluateOptions['negatives'] | undefined;
      };
    result: EvaluateResult;
  };
}

export type TableName = 'interactions' | 'train' | 'test';

export type CallName = keyof Calls;

export type ToWorker =
  | { kind: 'call'; id: number; name: CallName; request: unknown; wantsProgress: boolean }
  | { kind: 'cancel'; id: number }
  /** Whose recommender this is from now on; what was computed of another one is forgotten. */
  | { kind: 'person'; person: PersonSource }
  /** Events that are in no database: one more each, or all that there are. */
  | { kind: 'loose'; events: readonly StoredEvent[]; all: boolean }
  | { kind: 'ping' }
  /** The end is near: give back what outlives a worker. */
  | { kind: 'close' };

export type FromWorker =
  | { kind: 'result'; id: number; result: unknown; info: EngineInfo | null }
  | { kind: 'error'; id: number; code: ErrorCode | null; message: string }
  | { kind: 'progress'; id: number; progress: Progress }
  | { kind: 'pong' }
  | { kind: 'closed' };

/** One end of a connection to a worker, whatever kind of worker it is. */
export interface WorkerConnection {
  post(message: ToWorker, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** Called when the worker cannot start or has died. */
  onFailure(listener: (reason: string) => void): void;
  terminate(): void;
}
