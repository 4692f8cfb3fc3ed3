// hnswlib-wasm in Chromium: its exact search by brute force.
import { openBrowserHost } from '../hosts/browser-page.mjs';
import { startChromium } from '../hosts/chromium.mjs';
import { packageVersion } from '../hosts/peers.mjs';

/** @type {import('../measure.mjs').OpenContestant} */
export async function open({ files, task }) {
  const host = await openBrowserHost(startChromium, files);
  if (!host) return { missing: 'there is no chromium on the PATH' };
  return {
    versions: packageVersion('hnswlib-wasm'),
    builds: [{ variant: 'BruteforceSearch, 150 items, without fold-in', threads: 1 }],
    run: (build) => host.run('peers/hnswlib-wasm.mjs', { task, build }),
    close: host.close,
  };
}
