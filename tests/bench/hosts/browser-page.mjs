// Runs programs in pages of a browser, each time in a new one.
import { longestTask } from './longest-task.mjs';
import { serveSite } from './site.mjs';

/**
 * @typedef {object} StartedBrowser
 * @property {string} version
 * @property {() => Promise<BrowserPage>} openPage
 * @property {() => Promise<void>} close
 *
 * @typedef {object} BrowserPage
 * @property {(address: string) => Promise<unknown>} goTo
 * @property {(work: (argument: any) => unknown, argument: unknown) => Promise<any>} evaluate
 * @property {() => Promise<void>} close
 * @property {(work: () => Promise<any>) => Promise<{ events: object[] }>} [trace] what the browser did while the work
 *   was done
 */

/**
 * @param {() => Promise<StartedBrowser | null>} start
 * @param {Record<string, string>} files of the workload
 */
export async function openBrowserHost(start, files) {
  const browser = await start();
  if (!browser) return null;
  const site = await serveSite(files);
  const inNewPage = async (use) => {
    const page = await browser.openPage();
    try {
      await page.goTo(site.page);
      return await use(page);
    } finally {
      await page.close();
    }
  };
  const runOnce = (program, input) =>
    inNewPage((page) => page.evaluate((argument) => window.run(argument), { program, input }));
  /** Once more, and watched: which would be felt in the other figures. */
  const longestTaskOf = (program, input) =>
    inNewPage(async (page) => {
      const work = () => page.evaluate((argument) => window.run(argument), { program, input });
      return page.trace && longestTask((await page.trace(work)).events);
    });
  return {
    version: browser.version,
    /**
     * @param {string} program a file in programs/
     * @param {import('../measure.mjs').Input} input
     */
    run: async (program, input) => {
      // Pages before, so that the browser's caches are warm.
      const before = { ...input, task: { ...input.task, isPageBefore: true } };
      for (let n = 0; n < (input.task.pagesBefore ?? 0); n++) await runOnce(program, before);
      const result = await runOnce(program, input);
      if (!input.task.traced) return result;
      const seconds = { ...result.seconds, longestTask: await longestTaskOf(program, input) };
      return { ...result, seconds };
    },
    close: async () => {
      await browser.close();
      site.close();
    },
  };
}
