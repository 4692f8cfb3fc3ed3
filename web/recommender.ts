/// <reference lib="esnext.disposable" preserve="true" />
import { canStore, connectWorker, hostFeatures } from '#host';
import { chooseVariant } from './engine/variants.js';
import { InklingError } from './errors.js';
import { checkEvent } from './event.js';
import { toSend } from './interaction-columns.js';
import { checkOptions } from './options.js';
import { absolute, publicSources, readPublicData } from './public-data.js';
import { isOfTopics } from './selection/metrics.js';
import { Connection, databaseName } from './store/database.js';
import { EventLog } from './store/event-log.js';
import type { Preferences } from './store/person-store.js';
import { topicsOf } from './topics.js';
import type {
  Edit,
  EvaluateOptions,
  EvaluateResult,
  Info,
  Interaction,
  InteractionEvent,
  InteractionTable,
  OffPolicyEstimates,
  OffPolicyLog,
  OpenOptions,
  Profile,
  RecommendationList,
  RecommendOptions,
  ReloadOptions,
  SimilarItem,
  TrainOptions,
  TrainResult,
} from './types.js';
import { VERSION } from './version.js';
import { isAddress, wasmAddresses } from './wasm-addresses.js';
import { closedError, EngineWorkers } from './worker/engine-workers.js';
import type { OpenRequest, WorkerScript } from './worker/protocol.js';

const DEFAULT_NAME = 'default';
const DEFAULT_MODEL = 'ials';
const NO_PREFERENCES: Preferences = { muted: [], preferred: [] };
/** What tabs tell each other: that something is new, not what; and that everything is gone. */
const CHANGED = 'changed';
const ERASED = 'erased';

/** What is needed again: of the others, what they led to is kept. */
type KeptOptions = {
  [K in 'encryption' | 'persist' | 'retention' | 'onChange' | 'storage']:
    | OpenOptions[K]
    | undefined;
};

/** One person's recommender: a public model and catalogue, and a private history that stays on this device. */
export class Recommender {
  /** While true nothing is learned: `record` checks events and keeps none of them. Lists are made as before. */
  quiet = false;
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

  private constructor(
    private readonly workers: EngineWorkers,
    private log: EventLog,
    private readonly options: KeptOptions,
  ) {
    workers.onStart = () => this.introduce();
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
      texts: {
        fields: options.fields,
        stopWords: options.stopWords,
        tokenizer: options.tokenizer && absolute(options.tokenizer),
      },
      personFactors: options.personFactors,
    };
    const sources = publicSources(catalog, model);
    const connect = (script: WorkerScript) =>
      connectWorker(options.workerUrl, choice.threads, script);
    const script = ownWasm ? 'full' : training ? 'training' : 'serving';
    const workers = new EngineWorkers(connect, script, request, sources, logger);
    const opening = workers.open({ signal, onProgress });
    opening.catch(() => {}); // reported below, should the store fail first
    let log: EventLog | undefined;
    let recommender: Recommender | undefined;
    try {
      // Opened beside the engine: the slowest decides.
      log = await EventLog.open(name, options, canStore);
      const { degraded } = log.storage;
      if (degraded) logger?.warn(degraded);
      const { encryption, persist, retention, onChange, storage } = options;
      const kept = { encryption, persist, retention, onChange, storage };
      recommender = new Recommender(workers, log, kept);
      await opening;
      await recommender.count();
      return recommender;
    } catch (error) {
      void (recommender ? recommender.detach() : log?.close());
      void workers.end();
      throw error;
    }
  }

  /**
   * Removes everything that is stored under a name, without opening it: where the key is lost, or nobody is logged in.
   *
   * @throws InklingError `storage_unavailable`
   */
  static async erase(options: { name?: string } = {}): Promise<void> {
    checkOptions('erase', options);
    const { name = DEFAULT_NAME } = options;
    if ((await canStore(name)) !== true) return;
    const connection = new Connection(name);
    await connection.erase();
    await connection.close();
    const channel = new BroadcastChannel(databaseName(name));
    channel.postMessage(ERASED);
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
    const checked = given.map((each) => checkEvent(each, now, 'record'));
    if (this.quiet) return;
    await this.log.append(checked);
    // A count that has ended meanwhile may have seen them or not.
    if (this.counts !== counts) return this.count();
    this.events += given.length;
    this.miscounted = true;
  }

  /**
   * The items for this person now: min(k, items left) of them, none twice, none met before unless `excludeSeen` is
   * false. Filled rung by rung, as web/README.md tells under Lists; each says its source and its reasons.
   */
  async recommend(options: RecommendOptions = {}): Promise<RecommendationList> {
    checkOptions('recommend', options);
    const { signal, ...request } = options;
    const { explore, diversify, rerank, constraints, surprise } = options;
    return diversify || rerank || constraints || surprise || typeof explore === 'object'
      ? this.workers.callFull('reranked', request, { signal })
      : this.workers.call('recommend', request, { signal });
  }

  /** Items like this one. @throws InklingError `unknown_item` */
  async similar(
    id: string,
    options: { k?: number; signal?: AbortSignal } = {},
  ): Promise<SimilarItem[]> {
    checkOptions('similar', options);
    return this.workers.call('similar', { id, k: options.k }, { signal: options.signal });
  }

  /**
   * What another way to choose would have brought, by the log of what was tried out: by inverse propensities,
   * self-normalized and, where expectations are given, doubly robust. `exploredChoices` of `inkling/audit` makes such a log of what
   * is stored here. Nothing leaves the device.
   *
   * @throws InklingError `invalid_argument`, `not_finite`
   */
  async offPolicy(log: OffPolicyLog): Promise<OffPolicyEstimates> {
    return this.workers.callFull('offPolicy', log, {});
  }

  /** What this device has learned of the person. */
  async profile(): Promise<Profile> {
    return this.workers.call('profile', {});
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
        'edit: nothing is to be done; expected such as {mute: "horror"} or {forget: {item: "the id"}}',
      );
    }
    const request = {
      mute: topicsOf(mute),
      prefer: topicsOf(prefer),
      neutral: topicsOf(neutral),
      forget,
    };
    let { forgotten, gone, preferences } = await this.workers.call('edit', request, {});
    this.preferences = preferences;
    // Where some were stored meanwhile, they are to be removed from there.
    while (!(await this.log.dropLoose(new Set(gone)))) {
      ({ gone } = await this.workers.call('edit', request, {}));
    }
    await this.changed();
    return { forgotten };
  }

  /** Everything that is stored of the person, as JSON; web/README.md tells the format. */
  async exportData(): Promise<Blob> {
    const { text } = await this.workers.call('exportData', {});
    return new Blob([text], { type: 'application/json' });
  }

  /**
   * Adds what `exportData` has given, here or on another device. Events that are there already are not added again;
   * topics that are muted or preferred here stay so. All is added or, if something is wrong, nothing.
   *
   * @throws InklingError `invalid_argument`, `unsupported_version`, `storage_unavailable`
   */
  async importData(data: Blob | string): Promise<{ added: number; known: number }> {
    const text =
      typeof (data as Blob | null)?.text === 'function' ? await (data as Blob).text() : data;
    if (typeof text !== 'string') {
      throw new InklingError(
        'invalid_argument',
        'importData: expected the Blob that exportData has given, or its text',
      );
    }
    const { added, known, loose, preferences } = await this.workers.call(
      'importData',
      { text },
      {},
    );
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
    this.introduce();
    this.channel?.postMessage(ERASED);
    await this.count();
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
    const { log } = this;
    const next =
      name === undefined && storage === undefined
        ? log
        : await EventLog.open(
            name ?? log.name,
            { ...this.options, ...(storage && { storage }) },
            canStore,
          );
    try {
      const read = await readPublicData(sources, { signal, onProgress });
      if (next !== log) {
        // Their key may be another one: what is recorded meanwhile still goes to the log in use.
        log.onLoose = () => {};
        this.introduce(next, NO_PREFERENCES);
        await this.workers.call('sync', {}, { signal });
      }
      await this.workers.reload(read, signal);
    } catch (error) {
      if (next !== log) {
        void next.close();
        if (!this.closed) {
          this.attach(log);
          void this.count().catch(() => {}); // those of the other were counted if some were recorded meanwhile
        }
      }
      throw error;
    }
    Object.assign(this.workers.sources, sources);
    if (next === log) return;
    if (storage) this.options.storage = storage;
    void this.detach();
    this.preferences = NO_PREFERENCES;
    this.attach(next);
    await this.count();
  }

  /**
   * Trains a model in the tab and, unless `use` is false, recommends from it from then on. The person's own events are not part of it.
   * A model that the wasm file of a page only serves is trained by another one, which is loaded for it.
   *
   * @param interactions may be empty for `tf_idf` and `item_vectors`
   * @throws InklingError `invalid_interactions`, `invalid_catalog` (texts, vectors), `invalid_argument` (settings), `too_large`, `not_finite`, `aborted`,
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
    const trainer = this.workers.trainerOf(models);
    if (trainer) {
      const alone = { ...request, use: false };
      result = await this.workers.callTrainer(trainer, 'train', alone, models, {
        signal,
        onProgress,
      });
      const { modelFile } = result;
      if (use) await this.workers.use(modelFile, signal);
      result = { ...result, seconds: (performance.now() - start) / 1000 };
    } else {
      result = await this.workers.call('train', request, { signal, onProgress });
    }
    if (use) this.workers.sources.model = { bytes: result.modelFile };
    return result;
  }

  /** Trains on one part of the data and measures on the other. The model in use stays. */
  async evaluate(options: EvaluateOptions): Promise<EvaluateResult> {
    checkOptions('evaluate', options);
    const { signal, onProgress, interactions, train, test, negatives, ...rest } = options;
    const request = {
      ...rest,
      interactions: interactions && toSend(interactions),
      train: train && toSend(train),
      test: test && toSend(test),
      negatives: negatives && [...negatives],
    };
    const { model = DEFAULT_MODEL, baseline, rerank, metrics } = rest;
    const models = baseline ? [model, baseline.model] : [model];
    // Only the full file has it, and all that `auto` may take.
    const rare = !!rerank || isOfTopics(String(metrics));
    const trainer = this.workers.trainerOf(rare ? ['auto'] : models);
    return trainer
      ? this.workers.callTrainer(trainer, 'evaluate', request, models, { signal, onProgress }, rare)
      : this.workers.call('evaluate', request, { signal, onProgress });
  }

  /** What runs here and why, what it costs, what is stored. */
  info(): Info {
    this.checkOpen();
    const engine = this.workers.info;
    if (!engine) throw new InklingError('engine_failed', 'the engine has not started');
    const { lacks: _, ...told } = engine;
    return { version: VERSION, ...told, events: this.events, storage: { ...this.log.storage } };
  }

  /** Ends the worker and gives its memory back. What was recorded stays. Twice is fine. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.all([this.detach(), this.workers.end()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Works with the events of a log from now on. */
  private attach(log: EventLog): void {
    this.log = log;
    log.onLoose = (events, all) => this.workers.post({ kind: 'loose', events, all });
    this.channel?.close();
    if (log.connection) {
      const channel = new BroadcastChannel(databaseName(log.name));
      channel.onmessage = ({ data }) => {
        if (data === ERASED) log.forgetLoose();
        void this.heardOfChange();
      };
      log.onWritten = () => channel.postMessage(CHANGED);
      this.channel = channel;
    }
    this.introduce();
  }

  private detach(): Promise<void> {
    this.channel?.close();
    this.channel = undefined;
    this.log.onLoose = () => {};
    this.log.onWritten = () => {};
    return this.log.close();
  }

  /** Tells a worker whose recommender this is. */
  private introduce(log = this.log, preferences = this.preferences): void {
    const { name, key, connection, loose } = log;
    const { retention } = this.options;
    const database = connection && { name, key, retention };
    this.workers.post({ kind: 'person', person: { database, loose, preferences } });
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
        const { events } = await this.workers.call('sync', {});
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
