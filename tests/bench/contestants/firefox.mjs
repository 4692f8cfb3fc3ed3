// The package in Firefox, every run in a page of its own.
import { openBrowserHost } from '../hosts/browser-page.mjs';
import { bundleEngines, WITHOUT_WORKER } from '../hosts/engine-bundle.mjs';
import { startFirefox } from '../hosts/firefox.mjs';
import { wasmBuilds } from '../hosts/wasm-builds.mjs';

/** @type {import('../measure.mjs').OpenContestant} */
export async function open({ program, files, task, wasm }) {
  if (WITHOUT_WORKER.includes(program)) await bundleEngines();
  const host = await openBrowserHost(startFirefox, files);
  if (!host) return { missing: 'there is no firefox on the PATH' };
  return {
    versions: { Firefox: host.version },
    builds: wasmBuilds(wasm),
    run: (build) => host.run(`${program}.mjs`, { task, build }),
    close: host.close,
  };
}
