import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Recommendation } from '../../web/index.js';
import { BROWSERS, type Browser, launch } from './browser.js';
import type { StaticServer } from './server.js';
import { Stage } from './stage.js';
import { startTestSite } from './test-site.js';

/** A worker that is dead and says nothing must be noticed by then. */
const NOTICE_LIMIT_MS = 30_000;
/** How long the list afterwards may take, the new start of the engine included. */
const RESTART_LIMIT_MS = 6000;
const TEST_TIMEOUT_MS = 90_000;

declare global {
  interface Window {
    /** Workers that were started, but for threads of the engine. */
    workers: Worker[];
  }
}

interface Told {
  outcomes: { ms: number; code?: string; list?: Recommendation[] }[];
  before: Recommendation[];
  after: Told['outcomes'][number];
  events: number;
  started: number;
}

/** How much faster than on other pages it is noticed that a worker does not answer. */
const HASTE = 10;

describe.each(BROWSERS)('in %s', (name) => {
  const stage = new Stage();
  let site: StaticServer;
  let browser: Browser;
  let tests = 0;

  beforeAll(async () => {
    const body = "import '/failing-engine.js'; import '/dist/worker.js';";
    const more = { '/failing-worker.js': { body, type: 'text/javascript' } };
    [browser, site] = await Promise.all([launch(name), startTestSite({ more })]);
    stage.browser = browser;
  });

  afterAll(() => Promise.all([browser?.close(), site?.close()]));

  /** Opens a recommender with a few events, whose workers can be got at. */
  const open = async (options: { storage?: 'memory'; workerUrl?: string } = {}, haste = HASTE) => {
    await stage.visit(site);
    await browser.evaluate(
      async (given, person, faster) => {
        const { inkling, sample, open } = window.test;
        const interval = window.setInterval.bind(window);
        window.setInterval = ((work: () => void, ms: number) =>
          interval(work, ms / faster)) as typeof window.setInterval;
        window.workers = [];
        const Started = window.Worker;
        window.Worker = class extends Started {
          constructor(url: string | URL, settings?: WorkerOptions) {
            super(url, settings);
            if (!settings?.name) window.workers.push(this);
          }
        };
        open.main = await inkling.Recommender.open({
          name: person,
          catalog: sample.sampleCatalogue(),
          ...given,
        });
        await open.main.record([
          { item: 'item-3', type: 'like' },
          { item: 'item-14', type: 'view' },
        ]);
      },
      options,
      `failures ${tests}`,
      haste,
    );
  };

  beforeEach(() => {
    tests++;
  });

  /**
   * Fails the worker with a call before it, under way and after it, and records meanwhile. Then what the calls came to,
   * and the lists of before and afterwards.
   */
  const failWith = (how: 'terminate' | 'terminate under way' | 'throw' | 'trap' | 'hang') =>
    browser.evaluate(
      async (way, noticeMs, restartMs): Promise<Told> => {
        const { main } = window.test.open;
        if (!main) throw new Error('nothing is open');
        const ask = async (limitMs = noticeMs): Promise<Told['outcomes'][number]> => {
          const start = performance.now();
          const done = (rest: object) => ({ ms: performance.now() - start, ...rest });
          const late = new Promise<object>((resolve) => {
            setTimeout(() => resolve(done({ code: 'no answer' })), limitMs);
          });
          const answer = main.recommend({ k: 20 }).then(
            (list) => done({ list }),
            ({ code }: { code: string }) => done({ code }),
          );
          return Promise.race([answer, late]) as never;
        };
        const command = (text: string) =>
          new Promise<void>((resolve) => {
            const answers = new BroadcastChannel('failed worker');
            answers.onmessage = () => {
              answers.close();
              resolve();
            };
            new BroadcastChannel('failing worker').postMessage(text);
            if (text === 'hang') setTimeout(resolve, 50); // it cannot answer
          });
        const events = async () =>
          JSON.parse(await (await main.exportData()).text()).events.length as number;

        await main.record({ item: 'item-8', type: 'like' });
        const before = await main.recommend({ k: 20 });
        const started = window.workers.length;
        const [worker] = window.workers.slice(-1);
        const outcomes: Told['outcomes'] = [];
        if (way === 'terminate under way') {
          const asked = [ask(), ask(), ask()];
          worker?.terminate();
          outcomes.push(...(await Promise.all(asked)));
        } else if (way === 'terminate') {
          worker?.terminate();
          outcomes.push(await ask());
        } else {
          await command(way);
          outcomes.push(...(await Promise.all([ask(), ask()])));
        }
        // An event that is recorded now is as safe as any other; it must not change the list that is compared.
        await main.record({ item: 'nobody knows it', type: 'view' });
        return {
          before,
          outcomes,
          after: await ask(restartMs),
          events: await events(),
          started: window.workers.length - started,
        };
      },
      how,
      NOTICE_LIMIT_MS,
      RESTART_LIMIT_MS,
    ) as Promise<Told>;

  /** What every failure must come to: calls that fail do so with the right code and in time, all else is as before. */
  const expectRecovered = (told: Told, least: number) => {
    const failed = told.outcomes.filter(({ list }) => list === undefined);
    expect(failed.length).toBeGreaterThanOrEqual(least);
    for (const { code } of failed) expect(code).toBe('engine_failed');
    for (const { list } of told.outcomes) if (list) expect(list).toEqual(told.before);
    expect(told.after.code).toBeUndefined();
    expect(told.after.list).toEqual(told.before);
    expect(told.events).toBe(4);
    expect(told.started, 'workers started anew').toBe(1);
  };

  const places = [
    ['IndexedDB', {}],
    ['memory', { storage: 'memory' }],
  ] as const;
  describe.each(name === 'chromium' ? places : places.slice(0, 1))(
    'with events in %s',
    (_, storage) => {
      test(
        'a worker that was ended at rest is noticed and started anew; nothing is lost',
        async () => {
          await open(storage);
          expectRecovered(await failWith('terminate'), 0);
        },
        TEST_TIMEOUT_MS,
      );

      test(
        'of a worker that was ended at work the calls are rejected, and the next list is that of before',
        async () => {
          await open(storage);
          expectRecovered(await failWith('terminate under way'), 1);
        },
        TEST_TIMEOUT_MS,
      );

      test(
        'a worker that throws is started anew; nothing is lost',
        async () => {
          await open({ ...storage, workerUrl: '/failing-worker.js' });
          expectRecovered(await failWith('throw'), 0);
        },
        TEST_TIMEOUT_MS,
      );

      test(
        'an engine that traps is started anew; nothing is lost',
        async () => {
          await open({ ...storage, workerUrl: '/failing-worker.js' });
          expectRecovered(await failWith('trap'), 1);
        },
        TEST_TIMEOUT_MS,
      );
    },
  );

  test(
    'a worker that does not answer any more is noticed in time and started anew',
    async () => {
      // As it is on every page, in one engine; the others have a clock in a hurry.
      await open({ workerUrl: '/failing-worker.js' }, name === 'chromium' ? 1 : HASTE);
      expectRecovered(await failWith('hang'), 1);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a worker may fail again, and is started anew again',
    async () => {
      await open({ workerUrl: '/failing-worker.js' });
      const lists = [await failWith('trap'), await failWith('trap')].map(({ before, after }) => {
        expect(after.list).toEqual(before);
        return after.list;
      });
      expect(lists[1]).toEqual(lists[0]);
    },
    TEST_TIMEOUT_MS,
  );

  test.each([
    // More than the engine takes on, and more than there is room for beside the data.
    ['refused', { users: 600_000, items: 100, each: 1 }, 1024],
    ['impossible', { users: 260_000, items: 100, each: 1 }, 1024],
  ])(
    'a training that is too large is %s with an error that says so, and lists go on',
    async (_, size, numFactors) => {
      await open();
      const told = await browser.evaluate(
        async (interactions, factors) => {
          const { sample, open } = window.test;
          const { main } = open;
          const before = await main?.recommend({ k: 20 });
          const error = await main
            ?.train(sample.sampleInteractions(interactions), {
              settings: { numFactors: factors, iterations: 1 },
            })
            .then(
              () => 'trained',
              ({ code }: { code: string }) => code,
            );
          // Smaller ones are taken on as before.
          const small = await main?.train(sample.sampleInteractions(), { use: false });
          return { before, error, model: small?.model, after: await main?.recommend({ k: 20 }) };
        },
        size,
        numFactors,
      );
      expect(['too_large', 'engine_failed']).toContain(told.error);
      expect(told.model).toBe('ials');
      expect(told.after).toEqual(told.before);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'a model file that has no room in the engine is an error that says so, and lists go on',
    async () => {
      await open();
      const told = await browser.evaluate(async () => {
        const { main } = window.test.open;
        const before = await main?.recommend({ k: 20 });
        // The engine's memory ends at 1 GB: it has no room for as much again. What stands in it does not matter.
        const model = new Uint8Array(1_100_000_000);
        const error = await main?.reload({ model }).then(
          () => 'opened',
          ({ code }: { code: string }) => code,
        );
        return { before, error, after: await main?.recommend({ k: 20 }) };
      });
      expect(['too_large', 'engine_failed']).toContain(told.error);
      expect(told.after).toEqual(told.before);
    },
    TEST_TIMEOUT_MS,
  );
});
