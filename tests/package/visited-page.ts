import type { Browser } from '../browser/browser.js';
import type { Chromium } from '../browser/chromium.js';
import { type ServerOptions, StaticServer } from '../browser/server.js';

/** What the app's page tells of itself; see consumer/web-app. */
export interface VisitedPage {
  /** What it recommends, or `{error}`. */
  result: unknown;
  /** What went wrong, by the page's own record and the browser's. */
  problems: string[];
}

const PATIENCE_MS = 30_000;

/** Goes to an app's page and waits for its result. */
export async function visit(browser: Browser, address: string): Promise<VisitedPage> {
  await browser.open(address);
  // A development server may load the page a second time; this driver sits that out.
  if (browser.name === 'chromium') {
    const hasResult = () => document.documentElement.dataset.result !== undefined;
    const { page } = browser as Chromium;
    await page.waitForFunction(hasResult, undefined, { timeout: PATIENCE_MS });
  }
  const { result, problems } = await browser.evaluate(async (patience) => {
    const { dataset } = document.documentElement;
    const deadline = performance.now() + patience;
    while (dataset.result === undefined && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const silent = JSON.stringify({ error: 'the page has told no result' });
    return { result: dataset.result ?? silent, problems: dataset.problems ?? '[]' };
  }, PATIENCE_MS);
  const own = JSON.parse(problems) as string[];
  return { result: JSON.parse(result) as unknown, problems: [...own, ...browser.problems()] };
}

/** Serves a folder with an app, under the strict policy unless another is given. */
export function serveApp(
  folder: string,
  options: Omit<ServerOptions, 'mounts'> = {},
): Promise<StaticServer> {
  // Browsers ask for an icon by themselves.
  return StaticServer.start({
    ...options,
    mounts: { '/': folder, '/favicon.ico': { status: 204 } },
  });
}
