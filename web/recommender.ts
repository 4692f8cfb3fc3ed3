/// <reference lib="esnext.disposable" preserve="true" />
import { canStore, connectWorker, defaultWasmUrl, hostFeatures } from '#host';
import { chooseVariant } from './engine/variants.js';
import { InklingError } from './errors.js';
import { checkEvent } from './event.js';
import { toSend } from './interaction-columns.js';
import { checkOptions } from './options.js';
import { absolute, type PublicSources, publicSources, readPublicData } from './public-data.js';
import { Connection, databaseName } from './store/database.js';
import { EventLog } from './store/event-log.js';
import type { Preferences } from './store/person-store.js';
import type {
  Edit,
  EvaluateOptions,
  EvaluateResult,
  Info,
  Interaction,
  InteractionEvent,
  InteractionTable,
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
const NO_PREFERENCES: Preferences = { muted: [], preferred: [] };
/** What tabs tell each other: that something is new, not what. */
const CHANGED = 'changed';
const WASM_FILES: Record<Trainer, (variant: VariantName) => string> = {
  usual: (variant) => `inkling-${variant}.wasm`,
  full: (variant) => `inkling-${variant}-full.wasm`,
};

/** What is needed again: of the others, what they led to is kept. */
type KeptOptions = {
  [K in 'encryption' | 'persist' | 'retention' | 'onChange' | 'logger']: OpenOptions[K] | undefined;
};

/** One person's recommender: a public model and catalogue, and a private history that stays on this device. */
export class Recommender {
  private closed = false;
  private events = 0;
  /** Events came while they were counted. */
  private miscounted = false;
  private counting: Promise<void> | undefined;
  /** How often they were counted. */
  private counts = 0;
  /** Something has changed elsewhere, and that is being told. */
  private readonly elsewhere = { changed: false, telling: false };
  /** Of a person without a database. */
  private preferences: Preferences = NO_PREFERENCES;
  private channel: BroadcastChannel | undefined;
  private restarting: Promise<void> | undefined;
  /** A worker that was started anew has failed too. */
  private givenUp: InklingError | undefined;
  /** Workers that train with the full module. */
  private readonly trainers = new Set<WorkerClient>();

  private constructor(
    private client: WorkerClient,
    private readonly request: OpenRequest,
    private readonly sources: PublicSources,
    /** Starts a worker like the first, or one that trains. */
    private readonly start: Record<'again' | 'trainer', () => WorkerClient>,
    private log: EventLog,
    private readonly options: KeptOptions,
  ) {
    this.attach(log);
  }

  /**
   * Starts a worker, loads the engine, the catalogue and the model, and reads this person's events.
   *
   * @throws InklingError `invalid_catalog`, `duplicate_id`, `corrupt_model_file`, `unsupported_version`,
   *   `wrong_content`, `wasm_unavailable`, `unsupported_environment`, `version_mismatch`, `invalid_argument`, `aborted`,
   *   `storage_unavailable` (encrypted with another key)
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
    };
    const sources = publicSources(catalog, model);
    const start = (serving: boolean) =>
      new WorkerClient(connectWorker(options.workerUrl, choice.threads, serving));
    const serving = !training && !ownWasm;
    const client = start(serving);
    const opening = openWith(client, request, sources, { signal, onProgress });
    opening.catch(() => {}); // reported below, should the store fail first
    let log: EventLog | undefined;
    let recommender: Recommender | undefined;
    try {
      // Opened beside the engine: the slowest decides.
      log = await EventLog.open(name, options, canStore);
      const { degraded } = log.storage;
      if (degraded) logger?.warn(degraded);
      const again = { again: () => start(serving), trainer: () => start(false) };
      const { encryption, persist, retention, onChange } = options;
      const kept = { encryption, persist, retention, onChange, logger };
      recommender = new Recommender(client, request, sources, again, log, kept);
      await opening;
      await recommender.count();
      return recommender;
    } catch (error) {
      void (recommender ? recommender.detach() : log?.close());
      void client.end(closedError());
      throw error;
    }
  }

  /**
   * Removes everything that is stored under a name, without opening it: where the key is lost, or nobody is logged in.
   *
   * @throws InklingError `storage_unavailable`
   */
  static async erase({ name = DEFAULT_NAME }: { name?: string } = {}): Promise<void> {
    checkOptions('erase', { name });
    if ((await canStore(name)) !== true) return;
    const connection = new Connection(name);
    await connection.erase();
    await connection.close();
    const channel = new BroadcastChannel(databaseName(name));
    channel.postMessage(CHANGED);
    channel.close();
  }

  /**
   * Keeps what the person did. Resolves when it is durable (or kept in memory, where `info().storage` says so); the next
   * list takes it into account. Several events are kept together or not at all. Events of items that the catalogue does
   * not have are kept and count once it has them.
   *
   * @throws InklingError `invalid_argument`, `storage_unavailable`
   */
  async record(event: InteractionEvent | readonly InteractionEvent[]): Promise<void> {
    this.checkOpen();
    const now = Date.now();
    const given = Array.isArray(event)
      ? (event as readonly InteractionEvent[])
      : [event as InteractionEvent];
    const { counts } = this;
    await this.log.append(given.map((each) => checkEvent(each, now, 'record')));
    // A count that has ended meanwhile may have seen them or not.
    if (this.counts !== counts) return this.count();
    this.events += given.length;
    this.miscounted = true;
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

  /**
   * The person's own hand: topics that are to come no more, or more often, and events that are to be forgotten. Topics
   * and events stay on the device like all that is stored.
   *
   * @throws InklingError `invalid_argument`, `storage_unavailable`
   */
  async edit(change: Edit): Promise<{ forgotten: number }> {
    checkOptions('edit', change);
    const { mute, prefer, neutral, forget } = change;
    if (forget !== undefined) checkOptions('edit: forget', forget);
    const nothing = (given: object) => Object.values(given).every((value) => value === undefined);
    if (nothing(change) || (forget && nothing(forget))) {
      throw new InklingError(
        'invalid_argument',
        'edit: nothing is to be done; expected mute, prefer, neutral or forget, such as {forget: {item: "the id"}}',
      );
    }
    const topics = (given: Edit['mute']) => [
      ...new Set([given ?? []].flat().map((topic) => topic.toLowerCase())),
    ];
    const request = {
      mute: topics(mute),
      prefer: topics(prefer),
      neutral: topics(neutral),
      forget,
    };
    let { forgotten, gone, preferences } = await this.call('edit', request, {});
    this.preferences = preferences;
    // Where some were stored meanwhile, they are to be removed from there.
    while (!(await this.log.dropLoose(new Set(gone)))) {
      ({ gone } = await this.call('edit', request, {}));
    }
    await this.changed();
    return { forgotten };
  }

  /** Everything that is stored of the person, as JSON; web/README.md tells the format. */
  async exportData(): Promise<Blob> {
    const { text } = await this.call('exportData', {}, {});
    return new Blob([text], { type: 'application/json' });
  }

  /**
   * Adds what `exportData` has given, here or on another device. Events that are there already are not added again;
   * topics that are muted or preferred here stay so. All is added or, if something is wrong, nothing.
   *
   * @throws InklingError `invalid_argument`, `unsupported_version`, `storage_unavailable`
   */
  async importData(data: Blob | string): Promise<{ added: number; known: number }> {
    const text = typeof data === 'string' ? data : await data?.text?.();
    if (text === undefined) {
      throw new InklingError(
        'invalid_argument',
        'importData: expected the Blob that exportData has given, or its text',
      );
    }
    const { added, known, loose, preferences } = await this.call('importData', { text }, {});
    if (loose.length > 0) await this.log.append(loose);
    this.preferences = preferences;
    await this.changed();
    return { added, known };
  }

  /** Removes everything that is stored of the person, the database itself too. The recommender stays open. */
  async erase(): Promise<void> {
    this.checkOpen();
    await this.log.erase();
    this.preferences = NO_PREFERENCES;
    this.introduce(this.client);
    await this.changed();
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
    const next = moved
      ? await EventLog.open(name ?? this.log.name, { ...this.options, storage }, canStore)
      : null;
    try {
      const { data, transfer } = await readPublicData(sources, { signal, onProgress });
      await this.call('reload', data, { signal, transfer });
    } catch (error) {
      void next?.close();
      throw error;
    }
    Object.assign(this.sources, sources);
    if (!next) return;
    void this.detach();
    this.preferences = NO_PREFERENCES;
    this.attach(next);
    await this.count();
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
    const request = { interactions: toSend(interactions), ...rest };
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
      ...(interactions !== undefined && { interactions: toSend(interactions) }),
      ...(train !== undefined && { train: toSend(train) }),
      ...(test !== undefined && { test: toSend(test) }),
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
    return { version: VERSION, ...told, events: this.events, storage: { ...this.log.storage } };
  }

  /** Ends the worker and gives its memory back. What was recorded stays. Twice is fine. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const clients = [this.client, ...this.trainers];
    await Promise.all([this.detach(), ...clients.map((client) => client.end(closedError()))]);
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
        `${models.join(' and ')}: this takes ${WASM_FILES[trainer](choice.variant)}, whose address is not known; ` +
          'pass wasmUrl as a function, which is asked for each, or give that file in the first place',
      );
    }
    const client = this.start.trainer();
    this.trainers.add(client);
    try {
      const catalog = models.includes('tf_idf') ? this.sources.catalog : undefined;
      const download = (fraction: number) => options.onProgress?.({ phase: 'download', fraction });
      download(0); // not every server tells how long the file is
      const open = { choice, wasmUrl: trainerUrls[trainer] };
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
    if (this.restarting) await this.restarting;
    if (this.givenUp) throw this.givenUp;
    if (this.client.failure && !this.closed) await this.restart(this.client.failure);
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
  private restart(cause: InklingError): Promise<void> {
    this.restarting ??= this.startAgain(cause).finally(() => {
      this.restarting = undefined;
    });
    return this.restarting;
  }

  private async startAgain(cause: InklingError): Promise<void> {
    void this.client.end(cause);
    const client = this.start.again();
    this.client = client;
    this.introduce(client);
    try {
      await openWith(client, this.request, this.sources, {});
      this.options.logger?.warn(`the engine was started anew: ${cause.message}`);
    } catch (error) {
      this.givenUp = new InklingError(
        'engine_failed',
        `the engine failed (${cause.message}), and again when it was started anew (${String(error)}); ` +
          'close this recommender and open another. What was recorded is kept',
        { cause: error },
      );
      void client.end(this.givenUp);
    }
  }

  /** Works with the events of a log from now on. */
  private attach(log: EventLog): void {
    this.log = log;
    log.onLoose = (events, all) => this.client.post({ kind: 'loose', events, all });
    if (log.connection) {
      const channel = new BroadcastChannel(databaseName(log.name));
      channel.onmessage = () => void this.heardOfChange();
      log.onWritten = () => channel.postMessage(CHANGED);
      this.channel = channel;
    }
    this.introduce(this.client);
  }

  private detach(): Promise<void> {
    this.channel?.close();
    this.channel = undefined;
    this.log.onLoose = () => {};
    this.log.onWritten = () => {};
    return this.log.close();
  }

  /** Tells a worker whose recommender this is. */
  private introduce(client: WorkerClient): void {
    const { name, key, connection, loose } = this.log;
    const { retention } = this.options;
    const database = connection && { name, key, retention };
    const { preferences } = this;
    client.post({ kind: 'person', person: { database, loose, preferences } });
  }

  /** Another tab has recorded, edited or erased. */
  private async heardOfChange(): Promise<void> {
    const { elsewhere } = this;
    elsewhere.changed = true;
    if (elsewhere.telling) return;
    elsewhere.telling = true;
    while (elsewhere.changed && !this.closed) {
      elsewhere.changed = false;
      await this.count().catch(() => {}); // the next call says why
      const { onChange } = this.options;
      if (onChange && !this.closed) queueMicrotask(onChange);
    }
    elsewhere.telling = false;
  }

  /** Something else than recording was done here. */
  private async changed(): Promise<void> {
    this.log.onWritten();
    await this.count();
  }

  private count(): Promise<void> {
    this.miscounted = true;
    this.counting ??= this.countAll();
    return this.counting;
  }

  private async countAll(): Promise<void> {
    try {
      while (this.miscounted) {
        this.miscounted = false;
        const { events } = await this.call('sync', {}, {});
        if (!this.miscounted) this.events = events;
      }
      this.counts++;
    } finally {
      this.counting = undefined;
    }
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
