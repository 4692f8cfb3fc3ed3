// The package in Chromium, every run in a page of its own.
import { openBrowserHost } from '../hosts/browser-page.mjs';
import { startChromium } from '../hosts/chromium.mjs';
import { bundleEngines, WITHOUT_WORKER } from '../hosts/engine-bundle.mjs';
import { wasmBuilds } from '../hosts/wasm-builds.mjs';

/** @type {import('../measure.mjs').OpenContestant} */
export async function open({ program, files, task, wasm }) {
  if (WITHOUT_WORKER.includes(program)) await bundleEngines();
  const host = await openBrowserHost(startChromium, files);
  if (!host) return { missing: 'there is no chromium on the PATH' };
  return {
    versions: { Chromium: host.version },
    builds: wasmBuilds(wasm),
    run: (build) => host.run(`${program}.mjs`, { task, build }),
    close: host.close,
  };
}
