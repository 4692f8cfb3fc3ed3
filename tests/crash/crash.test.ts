import { expect, test } from 'vitest';
import type { CrashBrowser } from './browsers.js';
import { crashTest, isClean } from './crash-test.js';

/** A look at what `npm run crash` does 200 times. */
const KILLS: Record<CrashBrowser, number> = { chromium: 4, firefox: 2 };

test.each(['chromium', 'firefox'] as const)(
  'a %s that is killed while it records has every acknowledged event afterwards, and the same lists',
  async (browser) => {
    const result = await crashTest({
      browser,
      kills: KILLS[browser],
      seed: 7,
      damageEvery: 2,
      say: console.log,
    });
    // What the browser says of the database that was spoilt is not held against anyone.
    expect(result.faults.filter((line) => !line.includes('the browser says'))).toEqual([]);
    expect(isClean(result)).toBe(true);
    expect(result.kills).toBe(KILLS[browser]);
    expect(result.acknowledged).toBeGreaterThan(100);
    expect(result.compared).toBeGreaterThan(4);
    if (browser === 'chromium') expect(result.damaged).toBeGreaterThan(0);
  },
  120_000,
);
