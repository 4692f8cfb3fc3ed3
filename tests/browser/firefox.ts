import puppeteer from 'puppeteer-core';
import { type Browser, expressionOf, resultIn } from './browser.js';

const PROGRAM = '/usr/bin/firefox-esr';

/** @param settings as in about:config */
export async function launchFirefox(settings: Record<string, unknown> = {}): Promise<Browser> {
  const started = await puppeteer.launch({
    browser: 'firefox',
    executablePath: PROGRAM,
    headless: true,
    extraPrefsFirefox: settings,
  });
  const page = await started.newPage();
  let problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  return {
    name: 'firefox',
    open: async (url) => {
      await page.goto('about:blank');
      problems = [];
      await page.goto(url, { waitUntil: 'load' });
    },
    evaluate: async (work, ...args) =>
      resultIn((await page.evaluate(expressionOf(work, args))) as string) as never,
    problems: () => [...problems],
    close: () => started.close(),
  };
}
