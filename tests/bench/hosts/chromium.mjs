import { once } from 'node:events';
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
const TRACED = 'blink.user_timing,toplevel,devtools.timeline';

/** @returns {Promise<import('./browser-page.mjs').StartedBrowser | null>} null when there is none */
export async function startChromium() {
  const executablePath = programOnPath(['chromium', 'chromium-browser', 'google-chrome']);
  if (!executablePath) return null;
  // A profile on disk, of which nothing is left: caches and databases are then those that people have.
  const context = await chromium.launchPersistentContext('', { executablePath, args: ARGUMENTS });
  const [first] = context.pages();
  const session = await context.newCDPSession(first ?? (await context.newPage()));
  const { product } = await session.send('Browser.getVersion');
  return {
    version: product.replace(/^.*\//, ''),
    openPage: async () => {
      const page = await context.newPage();
      return {
        goTo: (address) => page.goto(address),
        evaluate: (work, argument) => page.evaluate(work, argument),
        close: () => page.close(),
        trace: async (work) => traced(await context.newCDPSession(page), work),
      };
    },
    close: () => context.close(),
  };
}

async function traced(session, work) {
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const ended = once(session, 'Tracing.tracingComplete');
  await session.send('Tracing.start', { categories: TRACED, transferMode: 'ReportEvents' });
  await work();
  await session.send('Tracing.end');
  await ended;
  return { events };
}
