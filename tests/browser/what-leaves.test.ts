import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BROWSERS, type Browser, launch } from './browser.js';
import { buildDemo, startDemoSite, violations } from './demo-site.js';
import type { StaticServer } from './server.js';

let site: StaticServer;

beforeAll(async () => {
  await buildDemo();
  site = await startDemoSite({ isolated: true });
});

afterAll(() => site?.close());

describe.each(BROWSERS)('the page "What leaves this device" in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch(name);
  });

  afterAll(() => browser?.close());

  beforeEach(async () => {
    await browser.open(`${site.origin}/what-leaves.html`);
    const problem = await browser.evaluate(async () => {
      const shown = document.querySelector<HTMLElement>('#start-problem');
      while (document.documentElement.dataset.ready !== 'true') {
        if (shown && !shown.hidden) return shown.innerText;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return null;
    });
    expect(problem).toBeNull();
    site.forgetRequests();
  });

  afterEach(async () => {
    await press('forget');
    expect(violations(site)).toBe(0);
    // What a test asks for on purpose is refused by the server, and some browsers complain.
    expect(browser.problems().filter((text) => !text.includes('icon.svg'))).toEqual([]);
  });

  /** What stands there, by test id. */
  const words = (id: string) =>
    browser.evaluate(
      (wanted) =>
        document.querySelector<HTMLElement>(`[data-testid="${wanted}"]`)?.innerText.trim() ??
        'missing',
      id,
    );

  /** Presses a button, and waits until the page says what came of it. */
  const press = (id: string) =>
    browser.evaluate(async (wanted) => {
      const button = document.querySelector<HTMLElement>(`[data-testid="${wanted}"]`);
      if (!button) throw new Error(`there is no button ${wanted}`);
      button.click();
      while (button.hasAttribute('aria-disabled')) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }, id);

  test('opinions and lists leave the count at 0, and the databases tell of them', async () => {
    expect(await words('leaves-count')).toBe('0');
    await press('use');
    expect(await words('happened')).toMatch(/^20 opinions recorded, 36 entries of three lists/);
    expect(await words('stored')).toMatch(/database inkling:what-leaves\s+20 records in events/);
    if (name === 'chromium') {
      expect(await words('stored')).toMatch(
        /inkling:what-leaves, copy in the bucket inkling\s+20 records in events/,
      );
    }
    expect(await words('stored')).toMatch(/cookies\s+0/);
    // Time for anything late.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await words('leaves-count')).toBe('0');
    expect(site.requests.filter(({ path }) => !/icon\.(svg|ico)$/.test(path))).toEqual([]);
    await press('forget');
    expect(await words('stored')).not.toContain('what-leaves');
  });

  test('a test request makes the count 1, and says nothing of the person', async () => {
    await press('send');
    await expect.poll(() => words('leaves-count')).toBe('1');
    expect(await words('uses')).toBe('fetch, by the page: icon.svg?test');
    expect(await words('request-page')).toBe('1');
    expect(await words('happened')).toMatch(/answered with 200. The counter noticed/);
    // The browser's own entry of the same request arrives later, and is not counted again.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await words('leaves-count')).toBe('1');
    expect(site.requests.map(({ path }) => path)).toContain('/icon.svg');
  });

  test('what is loaded, sent or opened by other ways is counted under its own heading', async () => {
    await browser.evaluate(() => {
      navigator.sendBeacon('./icon.svg', 'x');
      new WebSocket(`ws://${location.host}/icon.svg`).close();
      new Image().src = './icon.svg?image';
      new Worker('./icon.svg?worker');
    });
    await expect.poll(() => words('load-page')).toBe('1');
    expect(await words('beacon-page')).toBe('1');
    expect(await words('socket-page')).toBe('1');
    expect(await words('worker-page')).toBe('1');
    expect(await words('leaves-count')).toBe('4');
  });

  test('the workers of the recommender count, and the start is listed', async () => {
    const shown = await browser.evaluate(() => document.body.innerText);
    expect(shown).toMatch(/Counted in this page and in \d+ workers? of the recommender/);
    expect(shown).not.toContain('and in 0 workers');
    expect(shown).toMatch(/inkling-[a-z-]+-[\w-]+\.wasm\s+(\d+ KB|not told)/);
    expect(shown).toMatch(/films\.json\s+\d+ KB/);
  });
});
