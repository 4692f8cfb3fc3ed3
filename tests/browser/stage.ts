import { afterAll, beforeAll, expect } from 'vitest';
import { type Browser, type BrowserName, launch, type Tab } from './browser.js';
import type { StaticServer } from './server.js';
import { startTestSite } from './test-site.js';

/** A browser and the package served in both ways, for the tests of one block. */
export class Stage {
  browser!: Browser;
  /** Cross-origin isolated. */
  isolated!: StaticServer;
  /** As any static host serves it. */
  plain!: StaticServer;

  /** Goes to the test page, where `window.test` is ready. */
  async visit(site: StaticServer, page = 'index.html', tab: Tab = this.browser): Promise<void> {
    await tab.open(`${site.origin}/${page}`);
    const problems = await tab.evaluate(async () => {
      const deadline = performance.now() + 5000;
      while (!window.test && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return window.test ? null : document.documentElement.innerHTML;
    });
    expect(problems, 'the test page has not loaded the package; is dist/ there?').toBeNull();
  }

  /** Nothing was reported: no violation of the policy, no console error, no uncaught error. */
  async expectNoProblems(tab: Tab = this.browser): Promise<void> {
    expect(await tab.evaluate(() => window.test.problems)).toEqual([]);
    expect(tab.problems()).toEqual([]);
  }
}

/** Sets the stage before the tests of the block that calls this, and clears it after them. */
export function setStage(name: BrowserName): Stage {
  const stage = new Stage();
  beforeAll(async () => {
    [stage.browser, stage.isolated, stage.plain] = await Promise.all([
      launch(name),
      startTestSite(),
      startTestSite({ isolated: false }),
    ]);
  });
  afterAll(async () => {
    await stage.browser?.close();
    await Promise.all([stage.isolated?.close(), stage.plain?.close()]);
  });
  return stage;
}
