// Runs programs in Node, each time in a process of its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { relaxedFlags } from '../../relaxed-simd.mjs';

const PROGRAM = fileURLToPath(new URL('../programs/run-in-node.mjs', import.meta.url));
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
