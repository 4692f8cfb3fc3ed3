/// <reference lib="esnext.disposable" preserve="true" />
import { connectWorker, defaultWasmUrl, hostFeatures } from '#host';
import { toInteractionTable } from './catalog/interaction-table.js';
import { chooseVariant } from './engine/variants.js';
import { InklingError } from './errors.js';
import { checkEvent, checkOptions } from './options.js';
import { absolute, type PublicSources, publicSources, readPublicData } from './public-data.js';
import type { EventLog } from './store/event-log.js';
import { openStore } from './store/open-store.js';
import type {
  EvaluateOptions,
  EvaluateResult,
  Info,
  Interaction,
  InteractionEvent,
  InteractionTable,
  Logger,
  ModelName,
  OpenOptions,
  Profile,
  Recommendation,
  RecommendOptions,
  ReloadOptions,
  SimilarItem,
  TrainOptions,
  TrainResult,
  VariantName,
  WasmName,
} from './types.js';
import { VERSION } from './version.js';
import { type CallOptions, WorkerClient } from './worker/client.js';
import type { CallName, Calls, OpenRequest, Trainer } from './worker/protocol.js';

const DEFAULT_NAME = 'default';
const DEFAULT_MODEL = 'ials';
const WASM_FILES: Record<Trainer, (variant: VariantName) => string> = {
  usual: (variant) => `inkling-${variant}.wasm`,
  full: (variant) => `inkling-${variant}-full.wasm`,
};

/** One person's recommender: a public model and catalogue, and a private history that stays on this device. */
export class Recommender {
  private closed = false;
  private events = 0;
  /** Workers that train with the full module. */
  private readonly trainers = new Set<WorkerClient>();

  private constructor(
    private client: WorkerClient,
    private readonly request: OpenRequest,
    private readonly sources: PublicSources,
    /** Starts a worker like the first, or one that trains. */
    private readonly start: Record<'again' | 'trainer', () => WorkerClient>,
    private log: EventLog,
    private storage: Info['storage'],
    private name: string,
    private readonly logger: Logger | undefined,
  ) {}

  /**
   * Starts a worker, loads the engine, the catalogue and the model, and reads this person's events.
   *
   * @throws InklingError `invalid_catalog`, `duplicate_id`, `corrupt_model_file`, `unsupported_version`,
   *   `wrong_content`, `wasm_unavailable`, `unsupported_environment`, `version_mismatch`, `invalid_argument`, `aborted`
   */
  static async open(options: OpenOptions = {}): Promise<Recommender> {
    checkOptions('open', options);
    const { catalog, model, name = DEFAULT_NAME, signal, onProgress, logger } = options;
    const choice = chooseVariant(hostFeatures(), options);
    logger?.debug(`variant ${choice.variant}, threads ${choice.threads}. ${choice.why.join(' ')}`);
    const { training = model === undefined } = options;
    // Of a file of the app's own nobody knows what it can do.
    const ownWasm = options.wasmBinary !== undefined || isAddress(options.wasmUrl);
    const request: OpenRequest = {
      choice,
      ...wasmAddresses(options, choice.variant),
      wasmBinary: options.wasmBinary,
      log: null, // told as soon as it is known
    };
    const sources = publicSources(catalog, model);
    const start = (serving: boolean) =>
      new WorkerClient(connectWorker(options.workerUrl, choice.threads, serving));
    const serving = !training && !ownWasm;
    const client = start(serving);
    const opening = openWith(client, request, sources, { signal, onProgress });
    opening.catch(() => {}); // reported below, should the store fail first
    let log: EventLog | undefined;
    try {
      // Opened beside the engine: the slowest decides.
      const store = await openStore(name, options.storage);
      log = store.log;
      const { storage } = store;
      if (storage.degraded) logger?.warn(storage.degraded);
      const recommender = new Recommender(
        client,
        request,
        sources,
        { again: () => start(serving), trainer: () => start(false) },
        log,
        storage,
        name,
        logger,
      );
      if (log.kind === 'indexeddb') {
        request.log = name;
        client.post({ kind: 'log', log: name });
      }
      recommender.events = await log.count();
      await opening;
      return recommender;
    } catch (error) {
      void log?.close();
      void client.end(closedError());
      throw error;
    }
  }

  /**
   * Keeps what the person did. Resolves when it is durable; the next list takes it into account. Events of items that
   * the catalogue does not have are kept and count once it has them.
   *
   * @throws InklingError `invalid_argument`, `storage_unavailable`
   */
  async record(event: InteractionEvent | readonly InteractionEvent[]): Promise<void> {
    this.checkOpen();
    const now = Date.now();
    const given = Array.isArray(event)
      ? (event as readonly InteractionEvent[])
      : [event as InteractionEvent];
    const stored = await this.log.append(given.map((each) => checkEvent(each, now)));
    this.events += stored.length;
    if (this.log.kind === 'memory') this.client.post({ kind: 'events', events: stored });
  }

  /**
   * The items for this person now: min(k, items left) of them, none twice, none met before unless `excludeSeen` is
   * false. Filled from the ladder query → model → content → popularity; each says its source and its reasons.
   */
  async recommend(options: RecommendOptions = {}): Promise<Recommendation[]> {
    checkOptions('recommend', options);
    const { signal, ...request } = options;
    return this.call('recommend', request, { signal });
  }

  /** Items like this one. @throws InklingError `unknown_item` */
  async similar(
    id: string,
    options: { k?: number; signal?: AbortSignal } = {},
  ): Promise<SimilarItem[]> {
    checkOptions('similar', options);
    return this.call('similar', { id, k: options.k }, { signal: options.signal });
  }

  /** What this device has learned of the person. */
  async profile(): Promise<Profile> {
    return this.call('profile', {}, {});
  }

  /** The person's own hand: `forget: {item}` removes every event about an item. */
  async edit(change: { forget: { item: string } }): Promise<void> {
    this.checkOpen();
    checkOptions('edit', change);
    if (typeof change.forget?.item !== 'string') {
      throw new InklingError(
        'invalid_argument',
        'edit: nothing to forget; expected {forget: {item: "the id"}}',
      );
    }
    await this.log.forgetItem(change.forget.item);
    await this.reset();
  }

  /** Everything that is stored of the person, as JSON: {"format":"inkling-events","version":1,"events":[…]}. */
  async exportData(): Promise<Blob> {
    this.checkOpen();
    const events = (await this.log.readAfter(0)).map(({ seq: _, ...event }) => event);
    const data = { format: 'inkling-events', version: 1, events };
    return new Blob([JSON.stringify(data, null, 1)], { type: 'application/json' });
  }

  /** Removes everything that is stored of the person, the database itself too. The recommender stays open. */
  async erase(): Promise<void> {
    this.checkOpen();
    await this.log.erase();
    await this.reset();
  }

  /**
   * Puts another catalogue and model to work, in the worker that is there: both are replaced, what is left out is there no
   * more. The person's events stay, unless another `name` or `storage` is given. Makes no request but for addresses
   * that are given.
   *
   * @throws InklingError as `open` does for each; what was in use stays then
   */
  async reload(options: ReloadOptions): Promise<void> {
    this.checkOpen();
    checkOptions('reload', options);
    const { signal, onProgress, catalog, model, name, storage } = options;
    const sources = publicSources(catalog, model);
    const moved = name !== undefined || storage !== undefined;
    const next = moved ? await openStore(name ?? this.name, storage) : null;
    try {
      const { data, transfer } = await readPublicData(sources, { signal, onProgress });
      await this.call('reload', data, { signal, transfer });
    } catch (error) {
      void next?.log.close();
      throw error;
    }
    Object.assign(this.sources, sources);
    if (!next) return;
    void this.log.close();
    this.log = next.log;
    this.storage = next.storage;
    this.name = name ?? this.name;
    await this.reset();
  }

  /**
   * Trains a model in the tab and, unless `use` is false, recommends from it from then on. The person's own events are not part of it.
   * A model that the wasm file of a page only serves is trained by another one, which is loaded for it.
   *
   * @throws InklingError `invalid_interactions`, `invalid_argument` (settings), `too_large`, `not_finite`, `aborted`,
   *   `wasm_unavailable`; the model in use stays then
   */
  async train(
    interactions: InteractionTable | Iterable<Interaction>,
    options: TrainOptions = {},
  ): Promise<TrainResult> {
    checkOptions('train', options);
    const { signal, onProgress, ...rest } = options;
    const start = performance.now();
    const request = { table: toInteractionTable(interactions), ...rest };
    const models = [options.model ?? DEFAULT_MODEL];
    const { use = true } = options;
    let result: TrainResult;
    const trainer = this.trainerOf(models);
    if (trainer) {
      const alone = { ...request, use: false };
      result = await this.callTrainer(trainer, 'train', alone, models, { signal, onProgress });
      const { modelFile } = result;
      if (use) await this.call('use', { modelFile }, { signal });
      result = { ...result, seconds: (performance.now() - start) / 1000 };
    } else {
      result = await this.call('train', request, { signal, onProgress });
    }
    if (use) this.sources.model = { bytes: result.modelFile };
    return result;
  }

  /** Trains on one part of the data and measures on the other. The model in use stays. */
  async evaluate(options: EvaluateOptions): Promise<EvaluateResult> {
    checkOptions('evaluate', options);
    const { signal, onProgress, interactions, train, test, negatives, ...rest } = options;
    const request = {
      ...rest,
      ...(interactions !== undefined && { interactions: toInteractionTable(interactions) }),
      ...(train !== undefined && { train: toInteractionTable(train) }),
      ...(test !== undefined && { test: toInteractionTable(test) }),
      ...(negatives !== undefined && { negatives: [...negatives] }),
    };
    const { model = DEFAULT_MODEL, baseline } = options;
    const models = baseline ? [model, baseline.model] : [model];
    const trainer = this.trainerOf(models);
    return trainer
      ? this.callTrainer(trainer, 'evaluate', request, models, { signal, onProgress })
      : this.call('evaluate', request, { signal, onProgress });
  }

  /** What runs here and why, what it costs, what is stored. */
  info(): Info {
    this.checkOpen();
    const engine = this.client.info;
    if (!engine) throw new InklingError('engine_failed', 'the engine has not started');
    const { lacks: _, ...told } = engine;
    return { version: VERSION, ...told, events: this.events, storage: { ...this.storage } };
  }

  /** Ends the worker and gives its memory back. What was recorded stays. Twice is fine. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const clients = [this.client, ...this.trainers];
    await Promise.all([this.log.close(), ...clients.map((client) => client.end(closedError()))]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Which wasm file these take, where that of this page cannot train them. */
  private trainerOf(models: readonly (ModelName | 'auto')[]): Trainer | undefined {
    this.checkOpen();
    const lacks = this.client.info?.lacks ?? {};
    if (Object.keys(lacks).length === 0) return undefined;
    // Every module that trains has popularity; of a name that none has, it says so.
    const takes = models.map((model) =>
      model === 'auto' ? 'full' : (lacks[model] ?? lacks.popularity),
    );
    return takes.includes('full') ? 'full' : takes.find((file) => file !== undefined);
  }

  /**
   * Makes a call that takes another module, in a worker of its own that ends with it: so the memory it took is given
   * back for certain, a trap there leaves the lists alone, and they do not wait. Started here, not by the other worker:
   * in Firefox a worker that starts and ends several others comes to a halt.
   */
  private async callTrainer<N extends 'train' | 'evaluate'>(
    trainer: Trainer,
    name: N,
    request: Calls[N]['request'],
    models: readonly string[],
    options: CallOptions,
  ): Promise<Calls[N]['result']> {
    const { choice, trainerUrls } = this.request;
    if (trainerUrls === undefined) {
      throw new InklingError(
        'wasm_unavailable',
        `${models.join(' and ')}: this takes ${WASM_FILES[trainer](choice.variant)}, and the app has given one other file; ` +
          'pass wasmUrl as a function, which is asked for each, or give that file in the first place',
      );
    }
    const client = this.start.trainer();
    this.trainers.add(client);
    try {
      const catalog = models.includes('tf_idf') ? this.sources.catalog : undefined;
      const download = (fraction: number) => options.onProgress?.({ phase: 'download', fraction });
      download(0); // not every server tells how long the file is
      const open = { choice, wasmUrl: trainerUrls[trainer], log: null };
      await openWith(client, open, { catalog }, options);
      download(1);
      return await client.call(name, request, options);
    } finally {
      this.trainers.delete(client);
      void client.end(closedError());
    }
  }

  private async call<N extends CallName>(
    name: N,
    request: Calls[N]['request'],
    options: CallOptions,
  ): Promise<Calls[N]['result']> {
    this.checkOpen();
    const { client } = this;
    try {
      return await client.call(name, request, options);
    } catch (error) {
      const died = error instanceof InklingError && error.code === 'engine_failed';
      if (died && this.client === client && !this.closed) await this.restart(error);
      throw error;
    }
  }

  /** A new worker in place of one that failed; events and model are those of before. */
  private async restart(cause: InklingError): Promise<void> {
    void this.client.end(cause);
    this.client = this.start.again();
    await openWith(this.client, this.request, this.sources, {}).catch(() => {});
    await this.reset();
    this.logger?.warn(`the engine was started anew: ${cause.message}`);
  }

  /** Tells the worker to start from the log as it is now. */
  private async reset(): Promise<void> {
    const events = await this.log.readAfter(0);
    this.events = events.length;
    this.request.log = this.log.kind === 'indexeddb' ? this.name : null;
    const sent = this.log.kind === 'memory' ? events : [];
    this.client.post({ kind: 'reset', log: this.request.log, events: sent });
  }

  private checkOpen(): void {
    if (this.closed) throw closedError();
  }
}

/** Starts the engine, and has it work with what is fetched meanwhile. */
async function openWith(
  client: WorkerClient,
  request: OpenRequest,
  sources: PublicSources,
  { signal, onProgress }: CallOptions,
): Promise<void> {
  const reading = readPublicData(sources, { signal, onProgress });
  // Of the two, the model is what takes long.
  const options = { signal, onProgress: sources.model ? undefined : onProgress };
  const loading = reading.then(({ data, transfer }) =>
    client.call('reload', data, { signal, transfer }),
  );
  await Promise.all([client.call('open', request, options), loading]);
}

function closedError(): InklingError {
  return new InklingError('closed', 'the recommender is closed; open a new one');
}

/** An app that has put one file of its own in the place of ours has said nothing of the others. */
function wasmAddresses(
  { wasmUrl, wasmBinary, model, training = model === undefined }: OpenOptions,
  variant: VariantName,
): Pick<OpenRequest, 'wasmUrl' | 'trainerUrls'> {
  const ask = typeof wasmUrl === 'function' ? asked(wasmUrl) : defaultWasmUrl;
  const find = (name: WasmName) => {
    const url = ask(name);
    return url && absolute(url);
  };
  const one = isAddress(wasmUrl) ? wasmUrl : undefined;
  const first = one ? absolute(one) : find(training ? variant : `${variant}-serving`);
  const usual = one || (wasmBinary && !wasmUrl) ? undefined : find(variant);
  const full = usual && find(`${variant}-full`);
  return { wasmUrl: first, trainerUrls: usual && full ? { usual, full } : undefined };
}

/** Of a function of the app: what it gives is an address, or an error says so. */
function asked(wasmUrl: (name: WasmName) => unknown): (name: WasmName) => URL | string {
  return (name) => {
    const url = wasmUrl(name);
    if (typeof url === 'string' || url instanceof URL) return url;
    throw new InklingError(
      'invalid_argument',
      `open: wasmUrl(${JSON.stringify(name)}) gave ${url}; expected the address of that file`,
    );
  };
}

function isAddress(wasmUrl: OpenOptions['wasmUrl']): wasmUrl is URL | string {
  return wasmUrl !== undefined && typeof wasmUrl !== 'function';
}
