import { spawnSync } from 'node:child_process';

const FLAG = '--experimental-wasm-relaxed-simd';
/** @type {string[] | undefined} */
let known;

/** Node's flags for relaxed SIMD: older Nodes have it behind one that newer ones do not know. */
export function relaxedFlags() {
  known ??= spawnSync(process.execPath, [FLAG, '-e', '0']).status === 0 ? [FLAG] : [];
  return known;
}
