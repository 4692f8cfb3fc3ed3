import { chromium } from 'playwright-core';
import { programOnPath } from './program-on-path.mjs';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const TRACED = ['blink.user_timing', 'toplevel', 'devtools.timeline'];

/** @returns {Promise<import('./browser-page.mjs').StartedBrowser | null>} null when there is none */
export async function startChromium() {
  const executablePath = programOnPath(['chromium', 'chromium-browser', 'google-chrome']);
  if (!executablePath) return null;
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const context = await browser.newContext();
  return {
    version: browser.version(),
    openPage: async () => {
      const page = await context.newPage();
      return {
        goTo: (address) => page.goto(address),
        evaluate: (work, argument) => page.evaluate(work, argument),
        close: () => page.close(),
        trace: async (work) => {
          await browser.startTracing(page, { categories: TRACED });
          const result = await work();
          return {
            result,
            events: JSON.parse((await browser.stopTracing()).toString()).traceEvents,
          };
        },
      };
    },
    close: () => browser.close(),
  };
}
