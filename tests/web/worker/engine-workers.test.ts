import { describe, expect, test } from 'vitest';
import type { PublicSources } from '../../../web/public-data.js';
import { EngineWorkers } from '../../../web/worker/engine-workers.js';
import type {
  CallName,
  FromWorker,
  OpenRequest,
  ToWorker,
  WorkerConnection,
} from '../../../web/worker/protocol.js';

/** A worker that answers nothing but the end, unless told to. */
class SilentWorker implements WorkerConnection {
  ended = false;
  readonly asked: CallName[] = [];
  readonly told: ToWorker['kind'][] = [];
  private tell: (message: FromWorker) => void = () => {};
  private say: (reason: string) => void = () => {};

  /** @param answers whether it does what it is asked */
  constructor(public answers: boolean) {}

  post(message: ToWorker): void {
    if (message.kind === 'close') queueMicrotask(() => this.tell({ kind: 'closed' }));
    if (message.kind !== 'call') {
      this.told.push(message.kind);
      return;
    }
    const { id, name } = message;
    this.asked.push(name);
    if (this.answers) queueMicrotask(() => this.answer(id));
  }

  answer(id: number): void {
    this.tell({ kind: 'result', id, result: null, info: null });
  }

  onMessage(listener: (message: FromWorker) => void): void {
    this.tell = listener;
  }

  onFailure(listener: (reason: string) => void): void {
    this.say = listener;
  }

  fail(): void {
    this.say('a test has failed it');
  }

  terminate(): void {
    this.ended = true;
  }
}

/** A file that is there as soon as the test says so. */
function awaitedFile(contents: Uint8Array = new Uint8Array()) {
  let arrive: () => void = () => {};
  const arrived = new Promise<ArrayBuffer>((resolve) => {
    arrive = () => resolve(contents.slice().buffer as ArrayBuffer);
  });
  return { source: { blob: { arrayBuffer: () => arrived } as Blob }, arrive };
}

/** As much of a model file as tells that it takes the full wasm file. */
function hybridFile(): Uint8Array {
  const header = new TextEncoder().encode('{"__metadata__":{"model":"hybrid"}}');
  const file = new Uint8Array(8 + header.length);
  new DataView(file.buffer).setUint32(0, header.length, true);
  file.set(header, 8);
  return file;
}

const request: OpenRequest = {
  choice: { variant: 'simd', threads: 1, why: [] },
  wasmUrl: 'serving.wasm',
  trainerUrls: { usual: 'usual.wasm', full: 'full.wasm' },
};

/** Workers of which each answers as told, in the order in which they are started; and those that were. */
function workersThat(answers: readonly boolean[], sources: PublicSources = {}) {
  const started: SilentWorker[] = [];
  const connect = () => {
    const worker = new SilentWorker(answers[started.length] ?? false);
    started.push(worker);
    return worker;
  };
  return { workers: new EngineWorkers(connect, 'serving', request, sources, undefined), started };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const hybrid = { data: { model: hybridFile() }, transfer: [] };

describe('workers of the engine', () => {
  test('a page that is closed while it grows leaves no worker behind', async () => {
    const { workers, started } = workersThat([true, false]);
    await workers.open({});
    const growing = workers.reload(hybrid, undefined);
    await settled();
    expect(started.map(({ asked }) => asked)).toEqual([
      ['open', 'reload'],
      ['open', 'reload'],
    ]);
    await Promise.all([
      expect(growing).rejects.toMatchObject({ code: 'closed' }),
      workers.end().then(() => expect(started.map(({ ended }) => ended)).toEqual([true, true])),
    ]);
  });

  test('a page that has grown gives up the worker of before, and only that', async () => {
    const { workers, started } = workersThat([true, true]);
    await workers.open({});
    await workers.reload(hybrid, undefined);
    await settled();
    expect(started.map(({ ended }) => ended)).toEqual([true, false]);
    await workers.end();
    expect(started.map(({ ended }) => ended)).toEqual([true, true]);
  });

  test('a page that could not grow works with the worker of before', async () => {
    const { workers, started } = workersThat([true, false]);
    await workers.open({});
    const growing = workers.reload(hybrid, undefined);
    started[1]?.fail();
    await expect(growing).rejects.toMatchObject({ code: 'engine_failed' });
    await settled();
    expect(started.map(({ ended }) => ended)).toEqual([false, true]);
    await workers.call('sync', {});
    expect(started[0]?.asked).toEqual(['open', 'reload', 'sync']);
    await workers.end();
  });

  test('while a page grows the worker of before serves, and loses nothing when that fails', async () => {
    const { workers, started } = workersThat([true, false]);
    await workers.open({});
    const growing = workers.reload(hybrid, undefined);
    await settled();
    await workers.call('recommend', {});
    workers.post({ kind: 'loose', events: [], all: false });
    const first = started[0] as SilentWorker;
    first.answers = false;
    const pending = workers.call('profile', {}); // the fourth it is asked
    started[1]?.fail();
    await expect(growing).rejects.toMatchObject({ code: 'engine_failed' });
    await settled();
    first.answer(4);
    await pending;
    expect(started.map(({ asked }) => asked)).toEqual([
      ['open', 'reload', 'recommend', 'profile'],
      ['open', 'reload'],
    ]);
    expect(started.map(({ told }) => told)).toEqual([['loose'], []]);
    await workers.end();
  });

  test('what was asked of the worker of before is answered by it when a page has grown', async () => {
    const { workers, started } = workersThat([true, true]);
    await workers.open({});
    const first = started[0] as SilentWorker;
    first.answers = false;
    const pending = workers.call('recommend', {});
    let introductions = 0;
    workers.onStart = () => introductions++;
    await workers.reload(hybrid, undefined);
    await settled();
    expect(introductions).toBe(1);
    await workers.call('sync', {});
    expect(started[1]?.asked).toEqual(['open', 'reload', 'sync']);
    expect(first.ended).toBe(false);
    first.answer(3);
    await pending;
    await settled();
    expect(first.ended).toBe(true);
    expect(started[1]?.ended).toBe(false);
    await workers.end();
  });

  test.each<[string, (workers: EngineWorkers) => Promise<void>]>([
    ['it is opened', (workers) => workers.open({})],
    ['it is to use another', (workers) => workers.use(hybridFile(), undefined)],
  ])('a page that is closed while files are read starts no worker: %s', async (_, begin) => {
    const file = awaitedFile(hybridFile());
    const { workers, started } = workersThat([true, true], { catalog: file.source });
    workers.sources.model = file.source;
    const begun = begin(workers);
    const closed = expect(begun).rejects.toMatchObject({ code: 'closed' });
    await workers.end();
    file.arrive();
    await closed;
    await settled();
    expect(started.map(({ ended }) => ended)).toEqual([true]);
  });

  test('a worker that does not start is noticed while the catalogue is still read', async () => {
    const { source } = awaitedFile();
    const { workers, started } = workersThat([false], { catalog: source });
    const opening = workers.open({});
    started[0]?.fail();
    await expect(opening).rejects.toMatchObject({ code: 'engine_failed' });
    await workers.end();
  });

  test('what is read for training is read while its worker starts', async () => {
    const { source, arrive } = awaitedFile();
    const { workers, started } = workersThat([true, true]);
    await workers.open({});
    workers.sources.catalog = source;
    const trained = workers.callTrainer('usual', 'train', {} as never, ['tf_idf'], {});
    await settled();
    expect(started[1]?.asked).toEqual(['open']);
    arrive();
    await trained;
    expect(started[1]?.asked).toEqual(['open', 'reload', 'train']);
    await workers.end();
    expect(started.map(({ ended }) => ended)).toEqual([true, true]);
  });
});
