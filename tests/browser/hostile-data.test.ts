import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Browser } from './browser.js';
import { launch } from './browser.js';
import { type Chromium, launchChromium } from './chromium.js';
import { buildDemo, startDemoSite, violations } from './demo-site.js';
import { type HostileFiles, hostileFiles, MARKUP, OTHER_TEXTS } from './hostile-files.js';
import type { StaticServer } from './server.js';

/** From the dropped files to the shelves, whatever is in them. */
const LIMIT_SECONDS = 20;

let site: StaticServer;

beforeAll(async () => {
  await buildDemo();
  site = await startDemoSite({ isolated: true });
});

afterAll(() => site?.close());

describe('in Chromium', () => {
  let browser: Chromium;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(() => browser?.close());

  beforeEach(async () => {
    await browser.page.setViewportSize({ width: 1280, height: 900 });
    site.forgetRequests();
    await visit(browser);
  });

  afterEach(async () => {
    expect(browser.problems()).toEqual([]);
    expect(violations(site)).toBe(0);
    await browser.evaluate(async () => {
      for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? '');
    });
  });

  test('titles, ids and genres that are markup are shown as text, and nothing of them runs', async () => {
    await drop(browser, hostileFiles({ titles: MARKUP, ids: MARKUP, genres: MARKUP }));
    const shown = await useEverything(browser);
    await expectHarmless(browser);
    for (const title of MARKUP) expect(shown).toContain(title);
    expect(await layoutFaults(browser)).toEqual([]);
  });

  test('names of properties, letters that turn texts around, and other odd ones are texts like others', async () => {
    const genres = OTHER_TEXTS.slice(0, 8);
    await drop(browser, hostileFiles({ titles: OTHER_TEXTS, ids: OTHER_TEXTS, genres }));
    const shown = await useEverything(browser);
    await expectHarmless(browser);
    for (const title of OTHER_TEXTS) {
      const plain = title.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
      const cut = plain.length > 200 ? plain.slice(0, 150) : plain;
      expect(shown.filter((text) => text.startsWith(cut))).not.toEqual([]);
    }
    expect(await layoutFaults(browser)).toEqual([]);
  });

  test.each([
    ['of one word', 'x'.repeat(1_000_000)],
    ['of words', 'ab '.repeat(333_333)],
    ['of spaces', `x${' '.repeat(1_000_000)}x`],
    ['of brackets', ' (1999'.repeat(170_000)],
    ['of hyphens', '-'.repeat(1_000_000)],
  ])('a title of a million letters, %s, is cut and holds nothing up', async (_, title) => {
    const start = performance.now();
    await drop(
      browser,
      hostileFiles({ titles: [title], ids: [], genres: [title.slice(0, 100_000)] }),
    );
    await useEverything(browser);
    expect((performance.now() - start) / 1000).toBeLessThan(LIMIT_SECONDS);
    expect(await layoutFaults(browser)).toEqual([]);
  });

  test.each([
    [390, 844],
    [320, 640],
  ])('on a screen of %i × %i hostile texts break no layout', async (width, height) => {
    await browser.page.setViewportSize({ width, height });
    const texts = [...MARKUP, ...OTHER_TEXTS, 'W'.repeat(5000)];
    await drop(browser, hostileFiles({ titles: texts, ids: texts, genres: texts }));
    await useEverything(browser);
    expect(await layoutFaults(browser)).toEqual([]);
  });

  test('half a pair of surrogates arrives as a mark, or the file is refused in words', async () => {
    const { ratings, movies } = hostileFiles({ titles: ['half'], ids: [], genres: [] });
    // As UTF-8 would spell it, which no well-formed file does.
    const bytes = Buffer.from(movies as string);
    const at = bytes.indexOf('half');
    Buffer.from([0xed, 0xa0, 0x80, 0x20]).copy(bytes, at);
    const outcome = await drop(browser, { ratings, movies: bytes });
    expect(outcome).toMatch(/movies\.csv.*UTF-8/);
    expect(await layoutFaults(browser)).toEqual([]);
  });

  test('a file whose very name is markup is named in an error as text', async () => {
    const input = browser.page.getByTestId('drop-input');
    const name = '<img src=x onerror=document.documentElement.dataset.attacked=1>.csv';
    await input.setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
    await expect.poll(() => browser.page.getByTestId('problem').innerText()).toContain(name);
    await expectHarmless(browser);
  });

  test('what is searched for is shown as text', async () => {
    for (const text of MARKUP) {
      await browser.page.getByTestId('search').fill(text);
      await browser.page.getByTestId('search').press('Enter');
      const told = () => browser.page.getByTestId('status').textContent();
      await expect.poll(told).toContain(text.trim());
    }
    await expectHarmless(browser);
  });

  test('markup would run if the page interpreted it: the policy and the check both notice', async () => {
    const thrown = await browser.evaluate(() => {
      try {
        document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=1>');
        return 'nothing';
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(thrown).toBe('TypeError'); // trusted types
    expect(await suspicious(browser)).toEqual([]);
    await browser.evaluate(() => document.body.append(document.createElement('img')));
    expect(await suspicious(browser)).toEqual(['<img>']);
    // What was refused is forgotten with the page.
    await visit(browser);
  });
});

describe.each(['firefox', 'webkit'] as const)('in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch(name);
  });

  afterAll(() => browser?.close());

  test('titles, ids and genres that are markup are shown as text, and nothing of them runs', async () => {
    site.forgetRequests();
    await visit(browser);
    const texts = [...MARKUP, ...OTHER_TEXTS];
    await drop(browser, hostileFiles({ titles: texts, ids: texts, genres: texts }));
    await useEverything(browser);
    await expectHarmless(browser);
    expect(await layoutFaults(browser)).toEqual([]);
    expect(violations(site)).toBe(0);
  });
});

async function visit(browser: Browser): Promise<void> {
  await browser.open(`${site.origin}/index.html`);
  await browser.evaluate(async () => {
    while (document.documentElement.dataset.ready !== 'true') {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
}

/** Drops the files on the page, and waits until its model is at work, or for the words that it is not. */
async function drop(browser: Browser, { ratings, movies }: HostileFiles): Promise<string | null> {
  // Kept short, for the driver: the page unpacks what repeats.
  const given = [ratings, movies].map((content) => Buffer.from(content).toString('base64'));
  return browser.evaluate(
    async (...texts) => {
      const transfer = new DataTransfer();
      for (const [n, name] of ['ratings.csv', 'movies.csv'].entries()) {
        const bytes = Uint8Array.from(atob(texts[n] ?? ''), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: 'text/csv' }));
      }
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
      const problem = document.querySelector<HTMLElement>('[data-testid="problem"]');
      while (document.documentElement.dataset.trained !== 'true') {
        if (problem && !problem.hidden) return problem.innerText;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return null;
    },
    ...given,
  );
}

/** Opens sheets, likes and dislikes, and goes through the genres: all titles that were on covers meanwhile. */
async function useEverything(browser: Browser): Promise<string[]> {
  return browser.evaluate(async () => {
    const shown = new Set<string>();
    const look = () => {
      for (const { textContent } of document.querySelectorAll('.cover-title'))
        shown.add(textContent);
    };
    const pause = () => new Promise((resolve) => setTimeout(resolve, 150));
    const press = async (selector: string, at: number) => {
      document.querySelectorAll<HTMLElement>(selector)[at]?.click();
      await pause();
      look();
    };
    const forYou = '[data-testid="shelf-for-you"]';
    look();
    await press(`${forYou} [data-testid="like"]`, 0);
    await press(`${forYou} [data-testid="like"]`, 1);
    await press(`${forYou} [data-testid="dislike"]`, 2);
    for (let at = 0; at < 3; at++) await press(`${forYou} [data-testid="why"]`, at);
    for (const at of document.querySelectorAll('.genre-radio').keys())
      await press('.genre-radio', at);
    return [...shown];
  });
}

/** Elements and attributes that only markup from data could have brought. */
function suspicious(browser: Browser): Promise<string[]> {
  return browser.evaluate(() => {
    const found = [...document.querySelectorAll('*')].flatMap((element) => {
      const names = element.getAttributeNames();
      const handler = names.find((name) => name.startsWith('on'));
      const link = names.find(
        (name) =>
          /^\s*(javascript|data):/i.test(element.getAttribute(name) ?? '') &&
          ['href', 'src', 'xlink:href', 'action', 'formaction'].includes(name),
      );
      const foreign = element.matches(
        'img, iframe, object, embed, base, math, form:not(#search, [method]), script:not([src])',
      );
      return handler || link || foreign ? [element.outerHTML.slice(0, 120)] : [];
    });
    if (document.documentElement.dataset.attacked) found.push('a script ran');
    return found;
  });
}

async function expectHarmless(browser: Browser): Promise<void> {
  expect(await suspicious(browser)).toEqual([]);
}

/** What sticks out: of the window, of its card, or of the panel. */
function layoutFaults(browser: Browser): Promise<string[]> {
  return browser.evaluate(() => {
    const faults: string[] = [];
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > window.innerWidth) faults.push(`the page is ${scrollWidth} wide`);
    const wide = (selector: string, most: number) => {
      for (const element of document.querySelectorAll<HTMLElement>(selector)) {
        const { width, height } = element.getBoundingClientRect();
        if (width > most) faults.push(`${selector} is ${Math.round(width)} wide`);
        if (height > 2 * window.innerHeight)
          faults.push(`${selector} is ${Math.round(height)} high`);
      }
    };
    wide('.card', 200);
    wide('.chip', 262);
    wide('.interest, .shelf-title', window.innerWidth - 30);
    wide('.status, .own, .panel, .opinion-row, .shelf-head', window.innerWidth);
    for (const shelf of document.querySelectorAll<HTMLElement>('.shelf-list')) {
      const heights = [...shelf.children].map((card) => card.getBoundingClientRect().height);
      const highest = Math.max(...heights);
      if (highest > 700) faults.push(`a card is ${Math.round(highest)} high`);
    }
    const panel = document.querySelector<HTMLElement>('.panel');
    if (panel && panel.scrollWidth > panel.clientWidth) faults.push('the panel is too wide');
    const status = document.querySelector<HTMLElement>('.status');
    if (status && status.offsetHeight > 200)
      faults.push(`the status is ${status.offsetHeight} high`);
    return faults;
  });
}
