import type { StoredEvent } from '../engine/history.js';
import type { Choice } from '../engine/variants.js';
import type { ErrorCode } from '../errors.js';
import type {
  EvaluateOptions,
  EvaluateResult,
  FactorStorage,
  Info,
  InteractionTable,
  Item,
  ModelName,
  Profile,
  Progress,
  Recommendation,
  RecommendOptions,
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
  /** Which IndexedDB log to read, or null when events are sent. */
  log: string | null;
}

/** Which wasm file trains a model: that of the usual models, or that of all. */
export type Trainer = 'usual' | 'full';

/** What the worker says of itself; the client adds the rest of `Info`. */
export type EngineInfo = Pick<
  Info,
  'variant' | 'threads' | 'why' | 'bytes' | 'model' | 'items' | 'timings'
> & {
  /** Which models its module cannot train, and what can. */
  lacks: Partial<Record<ModelName, Trainer>>;
};

type Sent<T> = Omit<T, 'signal' | 'onProgress'>;

/** What can be asked of the worker: name → request and result. */
export interface Calls {
  open: { request: OpenRequest; result: null };
  reload: { request: PublicData; result: null };
  /** Puts a model trained elsewhere to work, with the items that are there. */
  use: { request: { modelFile: Uint8Array }; result: null };
  recommend: { request: Sent<RecommendOptions>; result: Recommendation[] };
  similar: { request: { id: string; k?: number | undefined }; result: SimilarItem[] };
  profile: { request: Record<string, never>; result: Profile };
  train: {
    request: {
      table: InteractionTable;
      model?: ModelName | 'auto' | undefined;
      settings?: Settings | undefined;
      budgetSeconds?: number | undefined;
      seed?: number | undefined;
      use?: boolean | undefined;
      storage?: FactorStorage | undefined;
    };
    result: TrainResult;
  };
  evaluate: { request: Sent<EvaluateOptions>; result: EvaluateResult };
}

export type CallName = keyof Calls;

export type ToWorker =
  | { kind: 'call'; id: number; name: CallName; request: unknown; wantsProgress: boolean }
  | { kind: 'cancel'; id: number }
  /** New events of a log that the worker cannot read itself. */
  | { kind: 'events'; events: StoredEvent[] }
  /** The log to read, of which nothing was read before. */
  | { kind: 'log'; log: string }
  /** Events were removed: forget what was computed, start from these (or from the log). */
  | { kind: 'reset'; log: string | null; events: StoredEvent[] }
  /** The end is near: give back what outlives a worker. */
  | { kind: 'close' };

export type FromWorker =
  | { kind: 'result'; id: number; result: unknown; info: EngineInfo | null }
  | { kind: 'error'; id: number; code: ErrorCode | null; message: string }
  | { kind: 'progress'; id: number; progress: Progress }
  | { kind: 'closed' };

/** One end of a connection to a worker, whatever kind of worker it is. */
export interface WorkerConnection {
  post(message: ToWorker, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** Called when the worker cannot start or has died. */
  onFailure(listener: (reason: string) => void): void;
  terminate(): void;
}
