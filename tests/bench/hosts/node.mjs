// Runs programs in Node, each time in a process of its own.
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../programs/run-in-node.mjs', import.meta.url));
const RELAXED_FLAG = '--experimental-wasm-relaxed-simd';
const MAX_OUTPUT_BYTES = 1 << 28;
const start = promisify(execFile);

export const nodeVersion = { Node: `${process.versions.node} (V8 ${process.versions.v8})` };

/**
 * @param {string} program a file in programs/
 * @param {import('../measure.mjs').Input} input
 */
export async function runInNode(program, input) {
  const flags = input.build.variant.startsWith('relaxed') ? relaxedFlags() : [];
  const args = [...flags, PROGRAM, program, JSON.stringify(input)];
  const { stdout } = await start(process.execPath, args, { maxBuffer: MAX_OUTPUT_BYTES });
  return JSON.parse(stdout);
}

/** @type {string[] | undefined} */
let known;

/** Older Nodes have relaxed SIMD behind a flag that newer ones do not know. */
function relaxedFlags() {
  known ??=
    spawnSync(process.execPath, [RELAXED_FLAG, '-e', '0']).status === 0 ? [RELAXED_FLAG] : [];
  return known;
}
