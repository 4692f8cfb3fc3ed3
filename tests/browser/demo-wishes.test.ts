import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from './chromium.js';
import { buildDemo, startDemoSite, violations } from './demo-site.js';
import { sampleMovieLens } from './sample-data.js';
import type { StaticServer } from './server.js';

let site: StaticServer;

beforeAll(async () => {
  await buildDemo();
  site = await startDemoSite({ isolated: true });
});

afterAll(() => site?.close());

describe('what a person wishes of "For you"', () => {
  let browser: Chromium;
  const at = (testId: string) => browser.page.getByTestId(testId);
  const status = () => at('status').innerText();
  const forYou = () => at('shelf-for-you');

  beforeAll(async () => {
    browser = await launchChromium();
    await browser.page.setViewportSize({ width: 1280, height: 900 });
  });

  afterAll(() => browser?.close());

  afterEach(async () => {
    expect(violations(site)).toBe(0);
    await browser.evaluate(async () => {
      for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? '');
    });
  });

  const visit = async () => {
    await browser.open(`${site.origin}/index.html`);
    await browser.page.locator('html[data-ready="true"]').waitFor();
  };

  /** A person who likes three films of one kind, found by a search. */
  const visitAsFan = async (query = 'horror') => {
    await visit();
    await at('search').fill(query);
    await at('search').press('Enter');
    const found = at('shelf-search').getByTestId('like');
    await found.first().waitFor();
    for (let n = 0; n < 3; n++) {
      const before = await films();
      const title = (await found.nth(n).getAttribute('aria-label'))?.replace(/^Like /, '');
      await found.nth(n).click();
      await changed(before);
      // What is told of it would come after what is told next.
      await expect.poll(status).toContain(`Liked ${title}.`);
    }
    await at('search').fill('');
    await at('shelf-search').waitFor({ state: 'hidden' });
  };

  /** Ids of the films in the list for you, in order. */
  const films = () =>
    forYou()
      .getByTestId('card')
      .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.item ?? ''));

  const changed = async (before: string[]) => {
    await expect.poll(async () => (await films()).join()).not.toBe(before.join());
    return films();
  };

  const restored = (before: string[]) => expect.poll(films).toEqual(before);

  const catalogue = async () => {
    const items = (await (await fetch(`${site.origin}/films.json`)).json()) as {
      id: string;
      tags: string[];
      director?: string;
      genre?: string;
    }[];
    return new Map(items.map((item) => [item.id, item]));
  };

  const move = (value: number) =>
    at('variety').evaluate((slider, wanted) => {
      (slider as HTMLInputElement).value = String(wanted);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    }, value);

  test('variety brings more genres, and none of it the list of before', async () => {
    await visitAsFan();
    const known = await catalogue();
    const before = await films();
    const genres = (ids: string[]) => new Set(ids.flatMap((id) => known.get(id)?.genre ?? [])).size;
    const top = await forYou().locator('.shelf-list').boundingBox();
    expect(await at('panel-requests').innerText()).toBe('0');
    await move(100);
    const varied = await changed(before);
    expect(genres(varied)).toBeGreaterThan(genres(before));
    expect(await at('variety').getAttribute('aria-valuetext')).toBe('100 %, all mixed');
    expect((await forYou().locator('.shelf-list').boundingBox())?.y).toBe(top?.y);
    // What was loaded for it is told.
    await expect.poll(() => at('panel-requests').innerText()).not.toBe('0');
    expect(await browser.page.locator('#later-loads').textContent()).toContain('wasm');
    await move(0);
    await restored(before);
  });

  test('of many answers the newest is the one that stays', async () => {
    await visitAsFan();
    const before = await films();
    await at('variety').evaluate((slider) => {
      for (const value of [20, 100, 40, 80, 60, 0]) {
        (slider as HTMLInputElement).value = String(value);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    await browser.page.waitForTimeout(1500);
    expect(await films()).toEqual(before);
    await at('variety').focus();
    await browser.page.keyboard.press('End');
    await changed(before);
  });

  test('variety that cannot be loaded goes back, and likes go on', async () => {
    await visitAsFan();
    const before = await films();
    const full = '**/*full*.wasm';
    await browser.page.context().route(full, (route) => route.abort());
    try {
      await move(50);
      await expect.poll(status).toContain('wasm');
      expect(await at('variety').inputValue()).toBe('0');
      expect(await films()).toEqual(before);
      await forYou().getByTestId('like').first().click();
      await changed(before);
    } finally {
      await browser.page.context().unroute(full);
    }
  });

  test('a surprise is another list, until it is turned off', async () => {
    await visitAsFan();
    const matches = await films();
    await move(60);
    const before = await changed(matches);
    await at('surprise').click();
    const surprising = await changed(before);
    expect(surprising.filter((id) => before.includes(id)).length).toBeLessThan(6);
    expect(await forYou().locator('.shelf-note').innerText()).toBe(
      'Far from what you know, and seldom met.',
    );
    expect(await status()).toMatch(/^Surprises\. “For you” begins with/);
    expect(await at('surprise').getAttribute('aria-pressed')).toBe('true');
    expect(await at('variety').isDisabled()).toBe(true);
    await at('surprise').click();
    await restored(before);
    expect(await at('surprise').getAttribute('aria-pressed')).toBe('false');
    expect(await at('variety').inputValue()).toBe('60');
  });

  test('a mood puts more of its genres up, and asks the network for nothing', async () => {
    await visitAsFan();
    const known = await catalogue();
    const light = new Set(['Comedy', 'Romantic Comedy', 'Musical', 'Kids Fiction']);
    const many = (ids: string[]) =>
      ids.filter((id) => known.get(id)?.tags.some((tag) => light.has(tag))).length;
    const before = await films();
    await at('mood').selectOption('Something light');
    const lighter = await changed(before);
    expect(many(lighter)).toBeGreaterThan(many(before));
    expect(await at('panel-requests').innerText()).toBe('0');
    await at('mood').selectOption('Any mood');
    await restored(before);
  });

  test('a director is muted in the sheet, and taken back in the panel', async () => {
    await visitAsFan('Steven Spielberg');
    const known = await catalogue();
    const before = await films();
    const director = 'Steven Spielberg';
    const theirs = (ids: string[]) => ids.filter((id) => known.get(id)?.director === director);
    const [film] = theirs(before);
    expect(film).toBeDefined();
    const card = forYou().locator(`[data-item="${film}"]`);
    await card.getByTestId('why').click();
    await card.getByTestId('not-this').click();
    await card.getByTestId('mute').filter({ hasText: director }).click();
    await changed(before);
    expect(theirs(await films())).toEqual([]);
    await expect.poll(status).toContain(`No more ${director}. To undo it`);
    // Nor are they anywhere else on the page.
    const shown = () =>
      at('card').evaluateAll((cards) =>
        (cards as HTMLElement[])
          .filter((each) => !each.closest('[hidden]'))
          .map((each) => each.dataset.item ?? ''),
      );
    await expect.poll(async () => theirs(await shown())).toEqual([]);
    expect(await at('muted').innerText()).toContain(director);
    // It is kept: another visit knows.
    await visit();
    expect(theirs(await films())).toEqual([]);
    await at('muted').getByRole('button', { name: director }).click();
    await restored(before);
    await at('muted').waitFor({ state: 'hidden' });
    expect(await status()).toContain(`${director} may come again.`);
  });

  test('a film that is hidden goes, and comes back when that is forgotten', async () => {
    await visitAsFan();
    const before = await films();
    const card = forYou().getByTestId('card').first();
    await card.getByTestId('why').click();
    await card.getByTestId('not-this').press('Enter');
    await browser.page.keyboard.press('Enter'); // the focus is on the first choice
    const after = await changed(before);
    expect(after).not.toContain(before[0]);
    await expect.poll(status).toMatch(/^Hid .*forget it in the panel/);
    const row = browser.page.locator('.opinion-row-hide');
    expect(await row.innerText()).toContain('hidden');
    await row.getByRole('button').click();
    await restored(before);
  });

  test('in quiet nothing is kept, and own ratings are quiet too', async () => {
    await visitAsFan();
    const before = await films();
    const count = () => browser.page.locator('#panel-count').innerText();
    const known = await count();
    expect(known).toContain('3 films');
    await at('quiet').click();
    expect(await forYou().locator('.wishes-note').innerText()).toContain('nothing is learned');
    const card = forYou().getByTestId('card').first();
    for (const press of ['like', 'dislike']) {
      await card.getByTestId(press).click();
      await expect.poll(status).toBe('Quiet: nothing was kept.');
      await browser.page.waitForTimeout(100);
      await at('status').evaluate((line) => line.replaceChildren());
    }
    await card.getByTestId('why').click();
    await card.getByTestId('not-this').click();
    await card.getByTestId('mute').first().click();
    await expect.poll(status).toBe('Quiet: nothing was kept.');
    expect(await films()).toEqual(before);
    expect(await count()).toBe(known);
    expect(await at('muted').isVisible()).toBe(false);

    const { ratings, movies } = sampleMovieLens();
    await at('drop-input').setInputFiles([
      { name: 'ratings.csv', mimeType: 'text/csv', buffer: Buffer.from(ratings) },
      { name: 'movies.csv', mimeType: 'text/csv', buffer: Buffer.from(movies) },
    ]);
    await browser.page.locator('html[data-trained="true"]').waitFor();
    const own = await films();
    await forYou().getByTestId('like').first().click();
    await expect.poll(status).toBe('Quiet: nothing was kept.');
    expect(await films()).toEqual(own);
    await at('quiet').click();
    await forYou().getByTestId('like').first().click();
    await changed(own);
    await at('back').click();
    await restored(before);
    expect(await count()).toBe(known);
  });

  test('on a narrow screen the controls fit, and every control has a name', async () => {
    await browser.page.setViewportSize({ width: 320, height: 640 });
    await visitAsFan();
    const fits = () =>
      browser.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    expect(await fits()).toBe(true);
    const { page } = browser;
    expect(await page.getByRole('slider', { name: 'Variety' }).isVisible()).toBe(true);
    expect(await page.getByRole('combobox', { name: 'Mood' }).isVisible()).toBe(true);
    for (const name of ['Surprise me', 'Quiet']) {
      expect(await page.getByRole('button', { name, exact: true }).isVisible()).toBe(true);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });
});
