import { chromium, type Page } from 'playwright-core';
import { type Browser, expressionOf, resultIn, type Tab } from './browser.js';

const PROGRAM = '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium offers its page too, for what only it is tested with: keys, files, viewports. */
export interface Chromium extends Browser {
  readonly page: Page;
}

/**
 * @param profile a folder with settings to start from; a fresh one in memory if left out
 * @param more further arguments
 * @param extension a folder with an unpacked extension, which needs a profile
 */
export async function launchChromium(
  profile?: string,
  more: readonly string[] = [],
  extension?: string,
): Promise<Chromium> {
  const options = {
    executablePath: PROGRAM,
    args: [...ARGUMENTS, ...more],
    ...withExtension(extension),
  };
  const browser = profile === undefined ? await chromium.launch(options) : undefined;
  const context =
    (await browser?.newContext()) ??
    (await chromium.launchPersistentContext(profile as string, options));
  const page = await context.newPage();
  return {
    name: 'chromium',
    page,
    ...tabOf(page),
    openTab: async () => tabOf(await context.newPage()),
    close: async () => {
      await context.close();
      await browser?.close();
    },
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
      resultIn(await page.evaluate(expressionOf(work, args))) as never,
    problems: () => [...problems],
  };
}

function withExtension(folder: string | undefined) {
  if (folder === undefined) return {};
  const args = [
    ...ARGUMENTS,
    `--disable-extensions-except=${folder}`,
    `--load-extension=${folder}`,
  ];
  return { args, ignoreDefaultArgs: ['--disable-extensions'] };
}
