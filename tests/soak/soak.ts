import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DIST } from '../browser/places.js';
import { sampleCatalogue, sampleInteractions } from '../browser/sample-data.js';
import { bundled, startTestSite } from '../browser/test-site.js';
import { type Memory, startMeasuredChromium } from './measured-chromium.js';
import { type Trend, trendOf } from './trend.js';
import { type Counts, ITEMS } from './work.js';

const node = (await import(
  /* @vite-ignore */ pathToFileURL(join(DIST, 'node.js')).href
)) as typeof import('../../web/index.js');

export type Sample = Memory & { minutes: number; wasm: number };

export interface SoakResult {
  version: string;
  minutes: number;
  counts: Counts;
  samples: Sample[];
  /** Samples before that are left out of the trends: caches fill, code is compiled. */
  warmUpMinutes: number;
  /** KB a minute. */
  trends: Record<keyof Memory | 'wasm', Trend>;
  /** Bytes that an event costs while it is in the log. */
  perEvent: Record<keyof Memory, number>;
  errors: string[];
}

const SAMPLE_SECONDS = 10;
/** A fifth of the time, but no more than this. */
const LONGEST_WARM_UP_MINUTES = 5;
const FILLED_EVENTS = 20_000;

/** Uses one page without an end and measures its memory whenever it has erased everything. */
export async function soak(minutes: number, say: (line: string) => void): Promise<SoakResult> {
  const place = (file: string) => fileURLToPath(new URL(`./page/${file}`, import.meta.url));
  const site = await startTestSite({
    more: {
      '/soak.html': { body: await readFile(place('index.html')), type: 'text/html' },
      '/soak.js': await bundled(place('page.ts')),
      '/catalogue.json': { body: JSON.stringify(sampleCatalogue(ITEMS)), type: 'application/json' },
      '/model.safetensors': { body: await modelFile() },
    },
  });
  const browser = await startMeasuredChromium();
  const { page } = browser;
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  try {
    await page.goto(`${site.origin}/soak.html`, { waitUntil: 'load' });
    await page.waitForFunction(() => window.soak !== undefined);
    await page.evaluate(() => window.soak.open());
    const sample = async (atMinutes: number): Promise<Sample> => ({
      minutes: atMinutes,
      ...(await browser.memory()),
      wasm: await page.evaluate(() => window.soak.memory()),
    });

    const counts: Partial<Counts> = {};
    const samples: Sample[] = [];
    const start = performance.now();
    const passed = () => (performance.now() - start) / 60_000;
    for (let round = 0; passed() < minutes; round++) {
      const made = await page.evaluate(
        (seconds, n) => window.soak.work(seconds, n),
        SAMPLE_SECONDS,
        round,
      );
      for (const [call, count] of Object.entries(made) as [keyof Counts, number][]) {
        counts[call] = (counts[call] ?? 0) + count;
      }
      const taken = await sample(passed());
      samples.push(taken);
      say(`soak: ${lineOf(taken)}`);
    }

    const empty = await sample(passed());
    await page.evaluate((count) => window.soak.fill(count), FILLED_EVENTS);
    const full = await sample(passed());
    const per = (of: keyof Memory) => (full[of] - empty[of]) / FILLED_EVENTS;
    const warmUpMinutes = Math.min(minutes / 5, LONGEST_WARM_UP_MINUTES);
    const warm = samples.filter((each) => each.minutes > warmUpMinutes);
    const trend = (of: keyof Memory | 'wasm') =>
      trendOf(warm.map((each) => ({ x: each.minutes, y: each[of] / 1024 })));
    return {
      version: await page.browser().version(),
      minutes,
      counts: counts as Counts,
      samples,
      warmUpMinutes,
      trends: {
        page: trend('page'),
        workers: trend('workers'),
        rss: trend('rss'),
        wasm: trend('wasm'),
      },
      perEvent: { page: per('page'), workers: per('workers'), rss: per('rss') },
      errors,
    };
  } finally {
    await browser.close();
    await site.close();
  }
}

const mega = (bytes: number) => (bytes / (1 << 20)).toFixed(2);

function lineOf({ minutes, page, workers, rss, wasm }: Sample): string {
  return (
    `${minutes.toFixed(1)} min: heap of the page ${mega(page)} MB, of workers ${mega(workers)} MB, ` +
    `wasm ${mega(wasm)} MB, resident ${mega(rss)} MB`
  );
}

/** The report as a page. */
export function reportOf(result: SoakResult, machine: string): string {
  const { counts, samples, trends, perEvent, warmUpMinutes, minutes, errors, version } = result;
  const row = (name: string, of: keyof Memory | 'wasm') => {
    const [first, last] = [samples[0], samples.at(-1)] as [Sample, Sample];
    const { slope, error } = trends[of];
    return `| ${name} | ${mega(first[of])} | ${mega(last[of])} | ${slope.toFixed(2)} ± ${error.toFixed(2)} |`;
  };
  const done = Object.entries(counts)
    .map(([call, count]) => `${count} × ${call}`)
    .join(', ');
  return `# Memory over time

\`npm run soak -- --minutes ${minutes}\` on ${machine}, ${version}. One page with a catalogue of ${ITEMS} items and an \`ials\` model is
used without a pause: ${done}; ${errors.length} errors.

Every ${SAMPLE_SECONDS} seconds everything is erased, garbage is collected in the page and in all workers, and memory is measured. So the log has no
part in what follows: it is empty each time. While they are in the log, an event costs ${perEvent.page.toFixed(0)} bytes of the page's heap and ${perEvent.workers.toFixed(0)} of
the workers' (${FILLED_EVENTS} events of ids with up to 9 characters); they are given back with \`erase()\`.

| | first sample, MB | last, MB | trend, KB a minute ± standard error |
| --- | --- | --- | --- |
${row('JavaScript heap of the page', 'page')}
${row('JavaScript heaps of the workers', 'workers')}
${row('wasm memory', 'wasm')}
${row('resident memory of the process', 'rss')}

The trend is a straight line through the ${samples.filter((each) => each.minutes > warmUpMinutes).length} samples after the first ${warmUpMinutes.toFixed(1)} minutes, in which code is compiled and caches fill.
`;
}

async function modelFile(): Promise<Uint8Array> {
  const recommender = await node.Recommender.open({ storage: 'memory' });
  try {
    const table = sampleInteractions({ users: 10_000, items: ITEMS, each: 20 });
    const settings = { numFactors: 64, iterations: 4 };
    return (await recommender.train(table, { model: 'ials', settings, seed: 4 })).modelFile;
  } finally {
    await recommender.close();
  }
}
