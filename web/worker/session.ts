import { checkItems, parseItems } from '../catalog/items.js';
import type { History } from '../engine/history.js';
import { Ranker } from '../engine/ranker.js';
import type { ServingEngine } from '../engine/serving-engine.js';
import { eventsHandled, throwIfAborted } from '../engine/slices.js';
import { engineFailure } from '../engine/status.js';
import { textSettings } from '../engine/tokenizer.js';
import type { TrainedModel } from '../engine/trained-model.js';
import type { Choice } from '../engine/variants.js';
import { InklingError } from '../errors.js';
import type { Item, Progress, RecommendationList } from '../types.js';
import { Person } from './person.js';
import type {
  CallName,
  Calls,
  EngineInfo,
  FromWorker,
  OpenRequest,
  PersonSource,
  PublicData,
  ToWorker,
} from './protocol.js';

type LoadVariant<Engine> = (
  choice: Choice,
  source: { wasmUrl?: string | undefined; wasmBinary?: ArrayBuffer | Uint8Array | undefined },
  onProgress: ((progress: Progress) => void) | undefined,
) => Promise<Engine>;

/** What differs between a browser's worker and Node's. */
export interface SessionHost<Engine> {
  loadVariant: LoadVariant<Engine>;
  post(message: FromWorker, transfer?: ArrayBuffer[]): void;
}

/** How much is learned while a list is waited for, and how much at once while nobody waits. */
const CHOICES_BEFORE_A_LIST = 3;
const CHOICES_AT_LEISURE = 10;

/** How long after a call the housekeeping begins. */
const TEND_AFTER_MS = 200;

/** How long calls may take that came before the end: less than the page gives all of it. */
const PATIENCE_MS = 200;

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
  private person = new Person({
    database: null,
    loose: [],
    preferences: { muted: [], preferred: [] },
  });
  private openedAt = 0;
  private tending: ReturnType<typeof setTimeout> | undefined;
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
      case 'loose':
        this.person.addLoose(message.events, message.all);
        break;
      case 'person':
        this.workFor(message.person);
        break;
      case 'ping':
        this.host.post({ kind: 'pong' });
        break;
      case 'call':
        this.enqueue(message);
        break;
      case 'close':
        void this.end();
        break;
    }
  }

  private workFor(source: PersonSource): void {
    const former = this.person;
    this.lanes.quick = this.lanes.quick.then(() => former.close()); // a call may be at it
    this.person = new Person(source);
    this.person.now().catch(() => {}); // the next call that needs it says why
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
        throwIfAborted(controller.signal);
        const handle = this.handlers[name];
        if (!handle) {
          throw new InklingError(
            'invalid_argument',
            `${name}: this takes worker.js (pass its address as workerUrl; inkling/inline has none)`,
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
    this.lanes[lane].then(() => this.tendSoon());
  }

  /** A while after the last call, so that nobody waits for it. */
  private tendSoon(): void {
    clearTimeout(this.tending);
    this.tending = setTimeout(() => {
      this.tend().catch(() => {}); // caches; what is wrong with the database, calls tell
    }, TEND_AFTER_MS);
  }

  private async tend(): Promise<void> {
    await this.person.tend();
    if (!this.ranker?.learns) return;
    const { history } = await this.person.now();
    if (!this.learn(history, CHOICES_AT_LEISURE)) this.tendSoon();
  }

  /** Returns whether all is learned that there is. */
  private learn(history: History, most: number): boolean {
    const { ranker } = this;
    return !ranker?.learns || ranker.learn(history.taken(), history.items(), most);
  }

  protected readonly handlers: Partial<Handlers> = {
    open: (request, context) => this.open(request, context),
    reload: (request, context) => this.reload(request, context),
    use: async ({ modelFile }, { signal }) => {
      await this.load(this.items, modelFile, signal);
      return null;
    },
    recommend: (request, context) => this.recommend(request, context),
    similar: ({ id, k }) => this.timed('similar', () => this.ready().similar(id, { k })),
    profile: async () => {
      const { history, preferences } = await this.person.now();
      this.learn(history, CHOICES_BEFORE_A_LIST); // and forget
      const known = await this.timed('profile', () => this.ready().profile(history.items()));
      const { muted, preferred } = preferences;
      return { events: history.count, ...known, muted: [...muted], preferred: [...preferred] };
    },
    sync: async () => ({ events: (await this.person.now()).history.count }),
    edit: (request) => this.person.edit(request),
    exportData: () => this.person.exportData(),
    importData: ({ text }) => this.person.importData(text),
  };

  protected async recommend(
    request: Calls['recommend']['request'],
    { signal }: CallContext,
  ): Promise<RecommendationList> {
    const { history, preferences } = await this.person.now();
    const options = { ...request, signal };
    this.learn(history, CHOICES_BEFORE_A_LIST);
    return this.timed('recommend', () =>
      this.ready().recommend(history.items(), options, preferences, history.shown(), () =>
        this.person.all(),
      ),
    );
  }

  private async open(request: OpenRequest, { onProgress }: CallContext): Promise<null> {
    this.openedAt = performance.now();
    this.engine = await this.host.loadVariant(request.choice, request, onProgress);
    this.engine.texts = await textSettings(request.texts);
    this.engine.personFactors = request.personFactors;
    return null;
  }

  /** Puts other items and another model to work; those of before stay when this fails. */
  private async reload({ catalog, model }: PublicData, { signal }: CallContext): Promise<null> {
    const items = catalog && itemsOf(catalog);
    await heard(signal);
    await this.load(items, model, signal);
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
      await heard(signal);
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

  /** The memory goes with the worker; a database must be let go before. */
  private async end(): Promise<void> {
    // What was asked for before is answered, unless it takes longer than the page waits.
    await Promise.race([
      this.lanes.quick,
      new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)),
    ]);
    clearTimeout(this.tending);
    await this.person.close();
    this.host.post({ kind: 'closed' });
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

/** Between two steps that cannot be stopped. */
async function heard(signal: AbortSignal): Promise<void> {
  await eventsHandled();
  throwIfAborted(signal);
}

function itemsOf(catalog: NonNullable<PublicData['catalog']>): readonly Item[] {
  if ('items' in catalog) return checkItems(catalog.items, 'the catalogue');
  return parseItems(new TextDecoder().decode(catalog.bytes), catalog.name);
}

/** Large results move instead of being copied. */
function transferables(result: unknown): ArrayBuffer[] {
  const file = (result as { modelFile?: Uint8Array } | null)?.modelFile;
  return file ? [file.buffer as ArrayBuffer] : [];
}
