import { InklingError } from '../errors.js';
import { modelNameOf } from '../model-name.js';
import { type PublicSources, type ReadData, readPublicData } from '../public-data.js';
import { CONTENT_MODELS, FULL_MODELS, type Logger, type ModelName } from '../types.js';
import { type CallOptions, WorkerClient } from './client.js';
import type {
  CallName,
  Calls,
  EngineInfo,
  OpenRequest,
  ToWorker,
  Trainer,
  WorkerConnection,
  WorkerScript,
} from './protocol.js';

/** The worker that makes the lists, started anew where it fails, and those that train what its wasm file cannot. */
export class EngineWorkers {
  /** Called for each worker that makes lists, before anything is asked of it. */
  onStart: () => void = () => {};
  private client: WorkerClient;
  /** Those that train, and while one takes the place of another, that which does not serve. */
  private readonly others = new Set<WorkerClient>();
  private restarting: Promise<void> | undefined;
  private growing: Promise<void> | undefined;
  /** A worker that was started anew has failed too. */
  private givenUp: InklingError | undefined;
  private closed = false;

  /** @param connect starts a worker that runs such a script */
  constructor(
    private readonly connect: (script: WorkerScript) => WorkerConnection,
    private script: WorkerScript,
    private request: OpenRequest,
    /** What is public, and was put to work last. */
    readonly sources: PublicSources,
    private readonly logger: Logger | undefined,
  ) {
    this.client = new WorkerClient(connect(script));
  }

  /** What the worker last said of itself. */
  get info(): EngineInfo | null {
    return this.client.info;
  }

  /** Starts the engine, and has it work with what is fetched meanwhile. */
  async open({ signal, onProgress }: CallOptions): Promise<void> {
    const reading = readPublicData(this.sources, { signal, onProgress });
    // Of the two, the model is what takes long.
    const options = { signal, onProgress: this.sources.model ? undefined : onProgress };
    await this.start(this.client, this.request, reading, options);
  }

  /**
   * Puts other items and another model to work; those of before serve until then, and stay when this fails.
   *
   * @param full whether another worker is to take the place of this one, with the full wasm file
   */
  async reload(
    read: ReadData,
    signal: AbortSignal | undefined,
    full = this.outgrownBy(read.data.model, this.request),
  ): Promise<void> {
    const { data, transfer } = read;
    if (!full) {
      await this.call('reload', data, { signal, transfer });
      return;
    }
    const larger = this.larger();
    const [client, request] = larger;
    this.others.add(client);
    try {
      await this.start(client, request, Promise.resolve(read), { signal });
      await this.restarting; // what it leads to is not needed any more
      this.checkOpen();
    } catch (error) {
      void client.end(closedError());
      throw error;
    } finally {
      this.others.delete(client);
    }
    const before = this.client;
    this.others.add(before);
    this.grow(larger);
    void before.retire(closedError()).then(() => this.others.delete(before));
  }

  /**
   * Starts the engine of a worker while what it is to work with is read, and has it work with that. Where its wasm file
   * turns out to be unable to read the model, another worker takes its place.
   */
  private async start(
    client: WorkerClient,
    request: OpenRequest,
    reading: Promise<ReadData>,
    options: CallOptions,
  ): Promise<void> {
    const opened = client.call('open', request, options);
    // Of one that does not start it is known before all is read.
    const { data, transfer } = await Promise.race([reading, opened.then(() => reading)]);
    if (this.outgrownBy(data.model, request)) {
      void client.end(closedError());
      this.grow(this.larger());
      await this.start(this.client, this.request, reading, options);
      return;
    }
    const { signal } = options;
    await Promise.all([opened, client.call('reload', data, { signal, transfer })]);
  }

  /** Another model beside the items that are there. */
  async use(modelFile: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (!this.outgrownBy(modelFile, this.request)) {
      await this.call('use', { modelFile }, { signal });
      return;
    }
    const sources = { ...this.sources, model: { bytes: modelFile } };
    await this.reload(await readPublicData(sources, { signal }), signal);
  }

  /** Whether a wasm file cannot read such a model, and there is one that can. */
  private outgrownBy(
    model: Uint8Array | undefined,
    { wasmUrl, trainerUrls }: OpenRequest,
  ): boolean {
    return (
      trainerUrls !== undefined &&
      wasmUrl !== trainerUrls.full &&
      FULL_MODELS.includes(modelNameOf(model) ?? '')
    );
  }

  /** A worker for the full wasm file, and what starts it. */
  private larger(): [WorkerClient, OpenRequest] {
    this.checkOpen();
    const { request } = this;
    return [
      new WorkerClient(this.connect('full')),
      { ...request, wasmUrl: request.trainerUrls?.full, wasmBinary: undefined },
    ];
  }

  /** Lists are made by this worker from now on. */
  private grow([client, request]: [WorkerClient, OpenRequest]): void {
    Object.assign(this, { client, request, script: 'full', givenUp: undefined });
    this.onStart();
  }

  post(message: ToWorker): void {
    this.client.post(message);
  }

  /** @throws InklingError `engine_failed` where the worker fails meanwhile: the next call is to another one */
  async call<N extends CallName>(
    name: N,
    request: Calls[N]['request'],
    options: CallOptions = {},
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

  /** Of what only the full wasm file can do: all lists are made by it from then on. */
  async callFull<N extends CallName>(
    name: N,
    request: Calls[N]['request'],
    options: CallOptions,
  ): Promise<Calls[N]['result']> {
    while (this.trainerOf(['auto'])) {
      if (!this.request.trainerUrls) throw this.unknownAddress('full', [name]);
      this.growing ??= readPublicData(this.sources, {})
        .then((read) => this.reload(read, undefined, true))
        .finally(() => {
          this.growing = undefined;
        });
      await this.growing;
    }
    return this.call(name, request, options);
  }

  /** Which wasm file these take, where that of this page cannot train them. */
  trainerOf(models: readonly (ModelName | 'auto')[]): Trainer | undefined {
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
  async callTrainer<N extends 'train' | 'evaluate'>(
    trainer: Trainer,
    name: N,
    request: Calls[N]['request'],
    models: readonly string[],
    options: CallOptions,
    wantsItems?: boolean,
  ): Promise<Calls[N]['result']> {
    const { choice, trainerUrls, texts } = this.request;
    if (trainerUrls === undefined) {
      throw this.unknownAddress(trainer, models);
    }
    const client = new WorkerClient(this.connect(trainer === 'full' ? 'full' : 'training'));
    this.others.add(client);
    try {
      const catalog =
        wantsItems || models.some((model) => CONTENT_MODELS.includes(model))
          ? this.sources.catalog
          : undefined;
      const download = (fraction: number) => options.onProgress?.({ phase: 'download', fraction });
      download(0); // not every server tells how long the file is
      const reading = readPublicData({ catalog }, { signal: options.signal });
      const open = { choice, wasmUrl: trainerUrls[trainer], texts };
      await this.start(client, open, reading, options);
      download(1);
      return await client.call(name, request, options);
    } finally {
      this.others.delete(client);
      void client.end(closedError());
    }
  }

  private unknownAddress(trainer: Trainer, asked: readonly string[]): InklingError {
    const { variant } = this.request.choice;
    return new InklingError(
      'wasm_unavailable',
      `${asked.join(' and ')}: this takes inkling-${variant}${trainer === 'full' ? '-full' : ''}.wasm, ` +
        'whose address is not known; pass wasmUrl as a function',
    );
  }

  /** Ends all of them; what is pending is rejected. Twice is fine. */
  async end(): Promise<void> {
    this.closed = true;
    const clients = [this.client, ...this.others];
    await Promise.all(clients.map((client) => client.end(closedError())));
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
    const client = new WorkerClient(this.connect(this.script));
    this.client = client;
    this.onStart();
    try {
      await this.open({});
      this.logger?.warn(`the engine was started anew: ${cause.message}`);
    } catch (error) {
      this.givenUp = new InklingError(
        'engine_failed',
        `the engine failed (${cause.message}), and again when it was started anew (${String(error)}); ` +
          'open another recommender; what was recorded is kept',
        { cause: error },
      );
      void client.end(this.givenUp);
    }
  }

  private checkOpen(): void {
    if (this.closed) throw closedError();
  }
}

export function closedError(): InklingError {
  return new InklingError('closed', 'the recommender is closed; open a new one');
}
