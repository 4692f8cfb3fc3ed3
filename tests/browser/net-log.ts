import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { type Browser, expressionOf, resultIn } from './browser.js';

interface LoggedEvent {
  /** By name: `URL_REQUEST_START_JOB` and hundreds of others. */
  type: string;
  params: { url?: string; host?: string; initiator?: string; network_anonymization_key?: string };
}

/**
 * Chromium with its own journal of the network, written below pages and workers, whatever these know of themselves.
 * It has WebSockets and look-ups of names too, but nothing of WebRTC.
 */
export interface LoggedChromium extends Pick<Browser, 'evaluate' | 'open' | 'close'> {
  /**
   * Ends the browser, for the journal is complete only then: what pages of that origin and their workers asked the
   * network for, in order. What the browser asks for of its own accord, such as its updates, has another origin or none.
   */
  finish(origin: string): Promise<string[]>;
}

export async function launchLoggedChromium(): Promise<LoggedChromium> {
  const folder = await mkdtemp(join(tmpdir(), 'inkling-net-log-'));
  const file = join(folder, 'net-log.json');
  const started = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync', `--log-net-log=${file}`],
    ],
  });
  const page = await started.newPage();
  const close = async () => {
    await started.close();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    open: async (url) => {
      await page.goto(url, { waitUntil: 'load' });
    },
    evaluate: async (work, ...args) =>
      resultIn(await page.evaluate(expressionOf(work, args))) as never,
    close,
    finish: async (origin) => {
      await started.close();
      const text = await readFile(file, 'utf8');
      await close();
      return askedFor(eventsIn(text), origin);
    },
  };
}

function askedFor(events: readonly LoggedEvent[], origin: string): string[] {
  const asked: string[] = [];
  for (const { type, params } of events) {
    const { url, host, initiator, network_anonymization_key: key = '' } = params;
    if (type === 'URL_REQUEST_START_JOB' && url && initiator === origin) asked.push(url);
    // The key begins with the site, which has no port.
    const ofSite = key.startsWith(new URL(origin).origin.replace(/:\d+$/, ''));
    if (type === 'HOST_RESOLVER_MANAGER_REQUEST' && host && ofSite) asked.push(`name of ${host}`);
  }
  return asked;
}

function eventsIn(text: string): LoggedEvent[] {
  const { constants, events } = JSON.parse(text) as {
    constants: { logEventTypes: Record<string, number> };
    events: { type: number; params?: LoggedEvent['params'] }[];
  };
  const names = new Map(Object.entries(constants.logEventTypes).map(([name, n]) => [n, name]));
  return events.map(({ type, params = {} }) => ({ type: names.get(type) ?? '', params }));
}
