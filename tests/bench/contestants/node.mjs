// The package in Node, every run in a process of its own.
import { bundleEngines, WITHOUT_WORKER } from '../hosts/engine-bundle.mjs';
import { nodeVersion, runInNode } from '../hosts/node.mjs';
import { wasmBuilds } from '../hosts/wasm-builds.mjs';

/** @type {import('../measure.mjs').OpenContestant} */
export async function open({ program, files, task, wasm }) {
  if (WITHOUT_WORKER.includes(program)) await bundleEngines();
  return {
    versions: nodeVersion,
    builds: wasmBuilds(wasm),
    run: (build) => runInNode(`${program}.mjs`, { files, task, build }),
    close: async () => {},
  };
}
