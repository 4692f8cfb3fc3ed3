import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MeasuredChromium, startMeasuredChromium } from '../soak/measured-chromium.js';
import { trendOf } from '../soak/trend.js';
import { DIST } from './places.js';
import { sampleCatalogue, sampleInteractions } from './sample-data.js';
import type { StaticServer } from './server.js';
import { startTestSite } from './test-site.js';

/** How much of what was there at the start may be more afterwards. */
const SHARE = 0.1;
const CYCLES = 20;
/** The first ones compile code and fill caches. */
const WARM_UP_CYCLES = 5;
const ITEMS = 50_000;
const FACTORS = 64;
/** The browser's allocators give memory back to the system a while after it is free. */
const SETTLING_MS = 5000;

interface Measured {
  /** What the browser says a page and its workers use. */
  page: number;
  /** Resident memory of the process. */
  rss: number;
}

/** The package as built for Node, which trains the model. */
const node = (await import(
  pathToFileURL(join(DIST, 'node.js')).href
)) as typeof import('../../web/index.js');
let site: StaticServer;
let browser: MeasuredChromium;

beforeAll(async () => {
  const catalogue = JSON.stringify(sampleCatalogue(ITEMS));
  const more = { '/catalogue.json': { body: catalogue }, '/model': { body: await modelFile() } };
  [browser, site] = await Promise.all([
    // Without it the browser waits for a collection of its own accord, for up to 20 s.
    startMeasuredChromium(['--enable-blink-features=ForceEagerMeasureMemory']),
    startTestSite({ more }),
  ]);
  await browser.page.goto(`${site.origin}/index.html`, { waitUntil: 'load' });
  await browser.page.waitForFunction(() => window.test !== undefined);
  // The start is a page that has had a small recommender: its code stays compiled.
  await browser.page.evaluate(async () => {
    const { inkling, sample } = window.test;
    const catalog = sample.sampleCatalogue(10);
    const recommender = await inkling.Recommender.open({ name: 'memory', threads: 1, catalog });
    await recommender.recommend();
    await recommender.close();
  });
  await sleep(SETTLING_MS);
});

afterAll(() => Promise.all([browser?.close(), site?.close()]));

async function modelFile(): Promise<Uint8Array> {
  const recommender = await node.Recommender.open({ storage: 'memory' });
  try {
    const table = sampleInteractions({ users: 10_000, items: ITEMS, each: 20 });
    const settings = { numFactors: FACTORS, iterations: 1 };
    return (await recommender.train(table, { settings })).modelFile;
  } finally {
    await recommender.close();
  }
}

async function measure(): Promise<Measured> {
  const { rss } = await browser.memory();
  const page = await browser.page.evaluate(async () => {
    const { bytes } = await (
      performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }
    ).measureUserAgentSpecificMemory();
    return bytes;
  });
  return { page, rss };
}

/** Opens a recommender with a large catalogue and model, and uses it. */
const use = (close: boolean) =>
  browser.page.evaluate(async (thenClose) => {
    const { inkling, open } = window.test;
    const recommender = await inkling.Recommender.open({
      name: 'memory',
      // Threads that wait for work inside WebAssembly cannot be asked for their memory, and hold up who asks.
      threads: 1,
      catalog: '/catalogue.json',
      model: '/model',
    });
    await recommender.record({ item: 'item-3', type: 'like' });
    const list = await recommender.recommend({ k: 20 });
    await recommender.recommend({ k: 20, query: 'story from the desert' });
    await recommender.profile();
    if (thenClose) await recommender.close();
    else open.main = recommender;
    return list.length;
  }, close);

test('close() gives the memory of a large catalogue and model back', async () => {
  const before = await measure();
  expect(await use(false)).toBe(20);
  const during = await measure();
  await browser.page.evaluate(async () => {
    await window.test.open.main?.close();
    delete window.test.open.main;
  });
  await sleep(SETTLING_MS);
  const after = await measure();
  console.log(`memory: ${text(before)} before, ${text(during)} open, ${text(after)} after close()`);
  // The browser's own figure leaves out what is in WebAssembly's memory: a number of four bytes for each factor.
  expect(during.page).toBeGreaterThan(2 * before.page);
  expect(during.rss).toBeGreaterThan(before.rss + ITEMS * FACTORS * 4);
  expect(after.page).toBeLessThan((1 + SHARE) * before.page);
  expect(after.rss).toBeLessThan((1 + SHARE) * before.rss);
});

test('opening and closing twenty times does not make it grow', async () => {
  const measured: Measured[] = [];
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    await use(true);
    await sleep(200);
    measured.push(await measure());
  }
  const warm = measured.slice(WARM_UP_CYCLES);
  for (const of of ['page', 'rss'] as const) {
    const { slope, error } = trendOf(warm.map((each, x) => ({ x, y: each[of] })));
    const growth = slope * warm.length;
    const first = warm[0]?.[of] as number;
    console.log(
      `memory: ${of} ${mega(first)} MB after ${WARM_UP_CYCLES + 1} cycles, ${mega(measured.at(-1)?.[of] as number)} MB after ${CYCLES}; ` +
        `${(slope / 1024).toFixed(1)} ± ${(error / 1024).toFixed(1)} KB a cycle`,
    );
    expect(growth, of).toBeLessThan(SHARE * first);
  }
}, 120_000);

const mega = (bytes: number) => (bytes / (1 << 20)).toFixed(1);

const text = ({ page, rss }: Measured) => `${mega(page)} MB (process ${mega(rss)} MB)`;
