import { parseItems } from '../catalog/items.js';
import type { StoredEvent } from '../engine/history.js';
import { Ranker } from '../engine/ranker.js';
import type { ServingEngine } from '../engine/serving-engine.js';
import { engineFailure } from '../engine/status.js';
import type { TrainedModel } from '../engine/trained-model.js';
import type { Choice } from '../engine/variants.js';
import { InklingError } from '../errors.js';
import type { Item, Progress } from '../types.js';
import type {
  CallName,
  Calls,
  EngineInfo,
  FromWorker,
  OpenRequest,
  PublicData,
  ToWorker,
} from './protocol.js';

type LoadVariant<Engine> = (
  choice: Choice,
  source: { wasmUrl?: string | undefined; wasmBinary?: ArrayBuffer | Uint8Array | undefined },
  onProgress: ((progress: Progress) => void) | undefined,
) => Promise<Engine>;

/** Reads the events of a log that this worker can reach. */
export interface EventReader {
  /** Rises when the log was erased, here or in another tab: what was read before is void. */
  readonly generation: number;
  readAfter(seq: number): Promise<StoredEvent[]>;
  close(): Promise<void>;
}

/** What differs between a browser's worker and Node's. */
export interface SessionHost<Engine> {
  loadVariant: LoadVariant<Engine>;
  /** Opens nothing before the first reading. */
  openLog(name: string): EventReader;
  post(message: FromWorker, transfer?: ArrayBuffer[]): void;
}

export interface CallContext {
  signal: AbortSignal;
  onProgress: ((progress: Progress) => void) | undefined;
}

type Handlers = {
  [N in CallName]: (
    request: Calls[N]['request'],
    context: CallContext,
  ) => Promise<Calls[N]['result']>;
};

/**
 * The worker's side: owns the engine, keeps the person's events beside it, answers calls in order. This much
 * recommends; `TrainingSession` adds the rest.
 */
export class Session<Engine extends ServingEngine = ServingEngine> {
  private engine: Engine | null = null;
  private ranker: Ranker | null = null;
  private model: TrainedModel | null = null;
  private modelBytes = 0;
  protected items: readonly Item[] | undefined;
  private log: EventReader | null = null;
  private events: StoredEvent[] = [];
  /** Of the log, when the events were read. */
  private generation = 0;
  private ended = false;
  private openedAt = 0;
  private readonly timings: EngineInfo['timings'] = {};
  private readonly running = new Map<number, AbortController>();
  /** Quick calls wait for each other, and so do long ones; quick ones run between the slices of a long one. */
  private readonly lanes = { quick: Promise.resolve(), long: Promise.resolve() };

  constructor(private readonly host: SessionHost<Engine>) {}

  receive(message: ToWorker): void {
    switch (message.kind) {
      case 'cancel':
        this.running.get(message.id)?.abort();
        break;
      case 'events':
        this.add(message.events);
        break;
      case 'log':
        this.attach(message.log);
        this.currentEvents().catch(() => {}); // the next call that needs them says why
        break;
      case 'reset':
        this.lanes.quick = this.lanes.quick.then(() => this.reset(message.log, message.events));
        break;
      case 'call':
        this.enqueue(message);
        break;
      case 'close':
        void this.end();
        break;
    }
  }

  private enqueue(message: Extract<ToWorker, { kind: 'call' }>): void {
    const { id, name, request, wantsProgress } = message;
    const controller = new AbortController();
    this.running.set(id, controller);
    const context: CallContext = {
      signal: controller.signal,
      onProgress: wantsProgress
        ? (progress) => this.host.post({ kind: 'progress', id, progress })
        : undefined,
    };
    const lane = name === 'train' || name === 'evaluate' ? 'long' : 'quick';
    this.lanes[lane] = this.lanes[lane].then(async () => {
      try {
        if (controller.signal.aborted) return; // the caller knows already
        const handle = this.handlers[name];
        if (!handle) {
          throw new InklingError(
            'invalid_argument',
            `${name}: the script of this worker only recommends; pass the address of worker.js as workerUrl`,
          );
        }
        const result = await handle(request as never, context);
        this.host.post(
          { kind: 'result', id, result, info: this.describe() },
          transferables(result),
        );
      } catch (thrown) {
        const error = engineFailure(thrown);
        const code = error instanceof InklingError ? error.code : null;
        const text = error instanceof Error ? error.message : String(error);
        this.host.post({ kind: 'error', id, code, message: text });
      } finally {
        this.running.delete(id);
      }
    });
  }

  protected readonly handlers: Partial<Handlers> = {
    open: (request, context) => this.open(request, context),
    reload: (request, context) => this.reload(request, context),
    use: async ({ modelFile }, { signal }) => {
      await this.load(this.items, modelFile, signal);
      return null;
    },
    recommend: async (request) => {
      const events = await this.currentEvents();
      return this.timed('recommend', () => this.ready().recommend(events, request));
    },
    similar: ({ id, k }) => this.timed('similar', () => this.ready().similar(id, { k })),
    profile: async () => {
      const events = await this.currentEvents();
      return this.timed('profile', () => this.ready().profile(events));
    },
  };

  private async open(request: OpenRequest, { onProgress }: CallContext): Promise<null> {
    this.openedAt = performance.now();
    this.attach(request.log);
    this.engine = await this.host.loadVariant(request.choice, request, onProgress);
    await this.currentEvents();
    return null;
  }

  /** Puts other items and another model to work; those of before stay when this fails. */
  private async reload({ catalog, model }: PublicData, { signal }: CallContext): Promise<null> {
    await this.load(catalog && itemsOf(catalog), model, signal);
    this.timings.open ??= performance.now() - this.openedAt;
    return null;
  }

  private async load(
    items: readonly Item[] | undefined,
    modelFile: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const model = modelFile ? this.loaded().openModel(modelFile) : null;
    await this.use(model, modelFile?.byteLength ?? 0, items, signal);
  }

  /** Puts a model (or none) to work; the one before is given up only when this has succeeded. */
  protected async use(
    model: TrainedModel | null,
    bytes: number,
    items: readonly Item[] | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    let ranker: Ranker;
    try {
      ranker = await Ranker.create(this.loaded(), { items, model, signal });
    } catch (error) {
      model?.dispose();
      throw error;
    }
    // A list may be under way that waits for something.
    const { ranker: oldRanker, model: oldModel } = this;
    this.lanes.quick = this.lanes.quick.then(() => {
      oldRanker?.dispose();
      oldModel?.dispose();
    });
    this.ranker = ranker;
    this.model = model;
    this.modelBytes = bytes;
    this.items = items;
  }

  private reset(log: string | null, events: readonly StoredEvent[]): void {
    this.attach(log);
    this.add(events);
  }

  private attach(log: string | null): void {
    void this.log?.close();
    this.log = log === null || this.ended ? null : this.host.openLog(log);
    this.generation = 0;
    this.events = [];
  }

  /** The memory goes with the worker; a database must be let go before. */
  private async end(): Promise<void> {
    this.ended = true;
    await this.log?.close();
    this.host.post({ kind: 'closed' });
  }

  private add(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (event.seq > (this.events.at(-1)?.seq ?? 0)) this.events.push(event);
    }
  }

  /** All events, those the log has had since the last look too. */
  private async currentEvents(): Promise<readonly StoredEvent[]> {
    const { log } = this;
    if (!log) return this.events;
    let added = await log.readAfter(this.events.at(-1)?.seq ?? 0);
    if (log.generation !== this.generation) {
      this.generation = log.generation;
      this.events = [];
      added = await log.readAfter(0);
    }
    this.add(added);
    return this.events;
  }

  private async timed<R>(name: keyof EngineInfo['timings'], work: () => Promise<R>): Promise<R> {
    const start = performance.now();
    const result = await work();
    this.timings[name] = performance.now() - start;
    return result;
  }

  protected loaded(): Engine {
    if (!this.engine) throw new InklingError('closed', 'the recommender is not open');
    return this.engine;
  }

  private ready(): Ranker {
    if (!this.ranker) throw new InklingError('closed', 'the recommender is not open');
    return this.ranker;
  }

  private describe(): EngineInfo | null {
    const { engine, ranker, model } = this;
    if (!engine || !ranker) return null;
    return {
      variant: engine.variant,
      threads: engine.threads,
      why: [...engine.why],
      bytes: { wasm: engine.wasmBytes, model: this.modelBytes, memory: engine.heap.byteLength },
      model: model && {
        name: model.name,
        items: model.itemIds.length,
        formatVersion: model.handle.formatVersion(),
      },
      items: ranker.numCandidates,
      timings: { ...this.timings },
      lacks: engine.lacks,
    };
  }
}

function itemsOf(catalog: NonNullable<PublicData['catalog']>): readonly Item[] {
  if ('items' in catalog) return catalog.items;
  return parseItems(new TextDecoder().decode(catalog.bytes), catalog.name);
}

/** Large results move instead of being copied. */
function transferables(result: unknown): ArrayBuffer[] {
  const file = (result as { modelFile?: Uint8Array } | null)?.modelFile;
  return file ? [file.buffer as ArrayBuffer] : [];
}
