import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ItemVectors, MODEL_NAMES } from '../../web/types.js';
import type { BrowserName } from './browser.js';
import { randomNumbers } from './sample-data.js';
import { setStage } from './stage.js';

/** The promise is 50 ms for both; more is allowed here because other programs may use the same processors. */
const ABORT_LIMIT_MS = 200;
/** Of each call, at so many moments. */
const ABORTS = 2;
/** The first moments are early, the last up to so late. */
const LATEST_MS = 1500;

/** Calls that take long: with a catalogue and a model of 200,000 items, or with a million interactions. */
const OTHER_CALLS = ['reload', 'open', 'a query', 'evaluate ials', 'evaluate ease', 'train auto'];
const CALLS = [...OTHER_CALLS, ...MODEL_NAMES.map((model) => `train ${model}`)];

interface Aborted {
  /** From the call to the abort. */
  atMs: number;
  /** From the abort to the rejection, and to the next list. */
  rejectedMs: number;
  listMs: number;
  code: string;
  same: boolean;
}

declare global {
  interface Window {
    /** What the calls are made with; made once. */
    data: {
      interactions: ReturnType<Window['test']['sample']['sampleInteractions']>;
      catalog: Blob;
      /** Of 20,000 items: nothing stops JSON.parse, which takes a fifth of a second for ten times as many. */
      usual: Blob;
      model: Uint8Array;
      vectors: ItemVectors;
      before: string;
    };
  }
}

describe.each<BrowserName>(['chromium', 'firefox'])('in %s', (name) => {
  const stage = setStage(name);
  const worst: { call: string; finished: number; moments: Aborted[] }[] = [];

  beforeAll(async () => {
    await stage.visit(stage.isolated);
    await stage.browser.evaluate(async () => {
      const { inkling, sample } = window.test;
      const large = 200_000;
      const recommender = await inkling.Recommender.open({ storage: 'memory' });
      const { modelFile } = await recommender.train(
        sample.sampleInteractions({ users: 10_000, items: large, each: 20 }),
        { settings: { numFactors: 64, iterations: 1 }, use: false },
      );
      await recommender.close();
      window.data = {
        interactions: sample.sampleInteractions({ users: 50_000, items: 4000, each: 20 }),
        catalog: new Blob([JSON.stringify(sample.sampleCatalogue(large))]),
        usual: new Blob([JSON.stringify(sample.sampleCatalogue(20_000))]),
        model: modelFile,
        vectors: {
          ids: Array.from({ length: 4000 }, (_, n) => sample.itemId(n)),
          values: Float32Array.from({ length: 4000 * 256 }, (_, n) => Math.sin(n)),
        },
        before: '',
      };
    });
  }, 120_000);

  /** One recommender, which has all that is done to it behind it. With a query, one of the large catalogue. */
  const open = (large: boolean) =>
    stage.browser.evaluate(async (isLarge) => {
      const { inkling, sample, open } = window.test;
      await open.main?.close();
      const { catalog, model } = window.data;
      open.main = await inkling.Recommender.open({
        storage: 'memory',
        ...(isLarge
          ? { catalog, model: model.slice() }
          : { catalog: sample.sampleCatalogue(4000), training: true }),
      });
      await open.main.record([
        { item: 'item-3', type: 'like' },
        { item: 'item-14', type: 'like' },
      ]);
      window.data.before = JSON.stringify(await open.main.recommend({ k: 20 }));
    }, large);

  /** Makes the call and aborts it so much later; null when it has ended by then. */
  const abort = (call: string, atMs: number) =>
    stage.browser.evaluate(
      async (given, delayMs): Promise<Aborted | null> => {
        const { inkling, open } = window.test;
        const { interactions, catalog, usual, model, vectors, before } = window.data;
        const { main } = open;
        if (!main) throw new Error('nothing is open');
        const [verb, subject] = given.split(' ') as [string, string];
        const controller = new AbortController();
        const { signal } = controller;
        const modelName = subject as 'ials';
        const calls: Record<string, () => Promise<unknown>> = {
          reload: () => main.reload({ catalog: usual, model: model.slice(), signal }),
          open: () =>
            inkling.Recommender.open({
              storage: 'memory',
              catalog,
              model: model.slice(),
              signal,
            }).then((opened) => opened.close()),
          a: () => main.recommend({ k: 20, query: 'story from the desert', signal }),
          evaluate: () => main.evaluate({ interactions, model: modelName, signal }),
          train: () =>
            main.train(interactions, {
              model: modelName,
              budgetSeconds: 60,
              use: false,
              signal,
              ...(subject === 'item_vectors' && { vectors }),
            }),
        };
        const started = performance.now();
        let endedAt = 0;
        let code = '';
        const ending = calls[verb]?.().then(
          () => {
            endedAt = performance.now();
          },
          (error: { code: string; message: string }) => {
            endedAt = performance.now();
            code = error.code === 'aborted' ? error.code : `${error.code}: ${error.message}`;
          },
        );
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        if (endedAt > 0 && code === '') return null;
        const abortedAt = performance.now();
        controller.abort();
        await ending;
        if (code === '') return null; // its end was under way
        const rejectedMs = endedAt - abortedAt;
        const list = JSON.stringify(await main.recommend({ k: 20 }));
        const listMs = performance.now() - abortedAt;
        return { atMs: abortedAt - started, rejectedMs, listMs, code, same: list === before };
      },
      call,
      atMs,
    );

  test.each(name === 'chromium' ? CALLS : OTHER_CALLS)(
    'an aborted call (%s) rejects at once, and the next list is soon there and that of before',
    async (call) => {
      const random = randomNumbers(call.length * 31 + call.charCodeAt(call.length - 1));
      await open(call === 'a query');
      const moments: Aborted[] = [];
      let finished = 0;
      let latest = LATEST_MS;
      for (let n = 0; n < ABORTS; n++) {
        // The first comes as the call begins, the others at any time of it.
        const atMs = n === 0 ? 30 * random() : latest * random();
        const aborted = await abort(call, atMs);
        if (aborted) moments.push(aborted);
        else {
          finished++;
          latest = atMs;
        }
        // A call that has done its work once has less to do the next time.
        if (call === 'a query') await open(true);
        // What was put in place of all before is there now.
        if (call === 'reload' && !aborted) await open(false);
      }
      worst.push({ call, finished, moments });
      expect(moments.length, 'it was never aborted').toBeGreaterThan(0);
      for (const { code, same, rejectedMs, listMs } of moments) {
        expect(code).toBe('aborted');
        expect(same).toBe(true);
        expect(rejectedMs).toBeLessThan(ABORT_LIMIT_MS);
        expect(listMs).toBeLessThan(ABORT_LIMIT_MS);
      }
    },
    120_000,
  );

  afterAll(() => {
    const rows = worst.map(({ call, finished, moments }) => {
      const most = (of: 'rejectedMs' | 'listMs') =>
        Math.max(...moments.map((each) => each[of])).toFixed(1);
      const at = moments.map(({ atMs }) => atMs.toFixed(0)).join(', ');
      return `${call.padEnd(22)} rejected ${most('rejectedMs').padStart(6)} ms, list ${most('listMs').padStart(7)} ms (aborted after ${at} ms${finished ? `; ${finished} ended before` : ''})`;
    });
    console.log(`${name}: longest after an abort\n${rows.join('\n')}`);
  });
});
