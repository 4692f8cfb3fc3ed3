import puppeteer from 'puppeteer-core';
import { programOnPath } from './program-on-path.mjs';

/** No run takes as long. */
const ANSWER_TIMEOUT_MS = 600_000;
/** Clocks as fine as Chromium's. */
const SETTINGS = {
  'privacy.reduceTimerPrecision': false,
  'privacy.reduceTimerPrecision.unconditional': false,
};

/** @returns {Promise<import('./browser-page.mjs').StartedBrowser | null>} null when there is none */
export async function startFirefox() {
  const executablePath = programOnPath(['firefox-esr', 'firefox']);
  if (!executablePath) return null;
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    protocolTimeout: ANSWER_TIMEOUT_MS,
    extraPrefsFirefox: SETTINGS,
  });
  return {
    version: (await browser.version()).replace(/^firefox\//i, ''),
    openPage: async () => {
      const page = await browser.newPage();
      return {
        goTo: (address) => page.goto(address, { waitUntil: 'load' }),
        evaluate: (work, argument) => page.evaluate(work, argument),
        close: () => page.close(),
      };
    },
    close: () => browser.close(),
  };
}
