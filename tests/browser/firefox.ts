import puppeteer, { type Page } from 'puppeteer-core';
import { type Browser, expressionOf, resultIn, type Tab } from './browser.js';

const PROGRAM = '/usr/bin/firefox-esr';

/** @param settings as in about:config */
export async function launchFirefox(settings: Record<string, unknown> = {}): Promise<Browser> {
  const started = await puppeteer.launch({
    browser: 'firefox',
    executablePath: PROGRAM,
    headless: true,
    extraPrefsFirefox: settings,
  });
  return {
    name: 'firefox',
    ...tabOf(await started.newPage()),
    openTab: async () => tabOf(await started.newPage()),
    close: () => started.close(),
  };
}

function tabOf(page: Page): Tab {
  let problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  return {
    open: async (url) => {
      await page.goto('about:blank');
      problems = [];
      await page.goto(url, { waitUntil: 'load' });
    },
    evaluate: async (work, ...args) =>
      resultIn((await page.evaluate(expressionOf(work, args))) as string) as never,
    problems: () => [...problems],
  };
}
