import { afterAll, afterEach, expect } from 'vitest';
import { type Browser, type BrowserName, launch } from '../../browser/browser.js';
import type { ServerOptions } from '../../browser/server.js';
import { serveApp, visit } from '../visited-page.js';

const started = new Map<BrowserName, Promise<Browser>>();
const cleanups: (() => Promise<void>)[] = [];

/** To be done when the test has ended, however it does. */
export function atTheEnd(clean: () => Promise<void>): void {
  cleanups.push(clean);
}

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

afterAll(async () => {
  for (const browser of started.values()) await (await browser).close();
  started.clear();
});

/** One browser of each kind for all tests of a file. */
export function browserOf(name: BrowserName): Promise<Browser> {
  const browser = started.get(name) ?? launch(name);
  started.set(name, browser);
  return browser;
}

/** How engines are called in the table. */
export const ENGINES: Record<BrowserName, string> = {
  chromium: 'Chromium',
  firefox: 'Firefox',
  webkit: 'WebKitGTK',
};

export interface PageCheck {
  browser?: BrowserName;
  /** `ease` takes three wasm files and both workers' scripts; `ials` is trained by the engine that opens the page. */
  model?: 'ials' | 'ease';
  /** Whether the engine may have threads. */
  threads?: boolean;
  /** Where the event is kept from one opening to the next. */
  storage?: 'indexeddb' | 'memory';
}

/**
 * Opens the app's page: it records, recommends, trains, and recommends again from the model it has trained, opened as
 * a file. Nothing may go wrong meanwhile, neither in the page nor in the browser's console.
 */
export async function checkPage(
  address: string,
  {
    browser: name = 'chromium',
    model = 'ease',
    threads = false,
    storage = 'indexeddb',
  }: PageCheck = {},
): Promise<void> {
  const browser = await browserOf(name);
  const { result, problems } = await visit(browser, `${address}?train=${model}`);
  const canShare = await browser.evaluate(
    // WebKitGTK can be isolated, and yet has no shared memory.
    () => typeof SharedArrayBuffer === 'function' && navigator.hardwareConcurrency > 1,
  );
  const item = 'an open sea';
  expect(result).toEqual({
    item,
    source: 'tf_idf',
    variant: threads && canShare ? expect.stringMatching(/^(simd|relaxed)-threads$/) : 'simd',
    trained: { item, source: model },
    served: { item, source: model, storage },
  });
  expect(problems).toEqual([]);
}

/** Serves a folder and opens its page; every request must have been answered. Gives the paths asked for. */
export async function checkFolder(
  folder: string,
  { isolated = false, policy, morePolicy, ...page }: FolderCheck = {},
): Promise<string[]> {
  const site = await serveApp(folder, {
    isolated,
    ...(policy !== undefined && { policy }),
    ...(morePolicy !== undefined && { morePolicy }),
  });
  atTheEnd(() => site.close());
  await checkPage(`${site.origin}/index.html`, { threads: isolated, ...page });
  expect(site.requests.filter(({ status = 0 }) => status < 200 || status > 299)).toEqual([]);
  return site.requests.map(({ path }) => path);
}

export type FolderCheck = Omit<ServerOptions, 'mounts'> & PageCheck;
