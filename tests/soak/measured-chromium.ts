import { readFile } from 'node:fs/promises';
import puppeteer, { type CDPSession, type Page } from 'puppeteer-core';

/** Bytes at one moment, after garbage was collected everywhere. */
export interface Memory {
  /** JavaScript's heap of the page, and of all workers. */
  page: number;
  workers: number;
  /** Resident memory of the page's process. */
  rss: number;
}

export interface MeasuredChromium {
  page: Page;
  memory(): Promise<Memory>;
  close(): Promise<void>;
}

/** Chromium whose memory can be looked into, as long as no thread of an engine waits: those do not answer. */
export async function startMeasuredChromium(
  more: readonly string[] = [],
): Promise<MeasuredChromium> {
  const browser = await puppeteer.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', ...more],
    protocolTimeout: 120_000,
  });
  const page = await browser.newPage();
  const session = await page.createCDPSession();
  const whole = await browser.target().createCDPSession();
  return {
    page,
    memory: async () => {
      const workers = page.workers().map(({ client }) => client);
      // Twice: what the first collection lets go may hold more.
      for (let n = 0; n < 2; n++) {
        for (const each of [session, ...workers]) await each.send('HeapProfiler.collectGarbage');
      }
      const heaps = await Promise.all(workers.map(usedHeap));
      return {
        page: await usedHeap(session),
        workers: heaps.reduce((sum, bytes) => sum + bytes, 0),
        rss: await residentBytes(whole),
      };
    },
    close: () => browser.close(),
  };
}

async function usedHeap(session: CDPSession): Promise<number> {
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

/** Of the largest renderer, which is the page's: the others show nothing. */
async function residentBytes(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  const sizes = await Promise.all(
    renderers.map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, 'utf8');
      return 1024 * Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]);
    }),
  );
  return Math.max(...sizes);
}
