// The package in Node, every run in a process of its own.
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { wasmBuilds } from '../programs/wasm-builds.mjs';

const PROGRAM = fileURLToPath(new URL('../programs/evaluate-in-node.mjs', import.meta.url));
const RELAXED_FLAG = '--experimental-wasm-relaxed-simd';
const start = promisify(execFile);

/** @type {import('../run.mjs').OpenContestant} */
export async function open({ file, task, threads }) {
  const flags = relaxedFlags();
  return {
    versions: { Node: `${process.versions.node} (V8 ${process.versions.v8})` },
    builds: wasmBuilds(threads),
    run: async (build) => {
      const { variant } = build;
      const options = variant.startsWith('relaxed') ? flags : [];
      const rest = [variant, String(build.threads), JSON.stringify(task)];
      const { stdout } = await start(process.execPath, [...options, PROGRAM, file, ...rest]);
      return JSON.parse(stdout);
    },
    close: async () => {},
  };
}

/** Older Nodes have relaxed SIMD behind a flag that newer ones do not know. */
function relaxedFlags() {
  const known = spawnSync(process.execPath, [RELAXED_FLAG, '-e', '0']).status === 0;
  return known ? [RELAXED_FLAG] : [];
}
