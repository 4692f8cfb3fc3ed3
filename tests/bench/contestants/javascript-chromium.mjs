// The same work in plain JavaScript with typed arrays, in Chromium.
import { openBrowserHost } from '../hosts/browser-page.mjs';
import { startChromium } from '../hosts/chromium.mjs';

/** @type {import('../measure.mjs').OpenContestant} */
export async function open({ program, files, task }) {
  const host = await openBrowserHost(startChromium, files);
  if (!host) return { missing: 'there is no chromium on the PATH' };
  return {
    versions: { Chromium: host.version },
    builds: [{ variant: 'plain JavaScript', threads: 1 }],
    run: (build) => host.run(`plain/${program}.mjs`, { task, build }),
    close: host.close,
  };
}
