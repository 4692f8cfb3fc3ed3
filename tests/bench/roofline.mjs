import { execFileSync } from 'node:child_process';
import { nativeProgram } from './contestants/native.mjs';

/**
 * @typedef {object} Peaks what this machine gives at most
 * @property {number} native_gflops of one thread, with this machine's vectors
 * @property {number} wasm_gflops of one thread, with vectors of 4 floats and no fused multiply-add
 * @property {[number, number]} read_gb_per_second from memory, with one thread and with two
 * @property {[number, number]} handover_ns until one core sees what another has written: the least and the most
 */

/** @returns {Peaks} */
export function measurePeaks() {
  return JSON.parse(execFileSync(nativeProgram(), ['peaks'], { encoding: 'utf8' }));
}

/** @param {Peaks} peaks */
export function describePeaks({ native_gflops, wasm_gflops, read_gb_per_second, handover_ns }) {
  const [one, two] = read_gb_per_second;
  return {
    'peak of a thread': `${native_gflops} GFLOP/s native, ${wasm_gflops} GFLOP/s with WebAssembly's vectors of 4 floats without fused multiply-add`,
    'reading from memory': `${one} GB/s with one thread, ${two} GB/s with two`,
    'from core to core': `${handover_ns.join(' to ')} ns until one sees what the other has written`,
  };
}

/**
 * How fast the work of a workload's first measure could be at most, in words; '' where it is not known.
 * @param {{ flops?: number, bytes?: number }} work bytes: that must come from memory
 * @param {Peaks} peaks
 */
export function rooflineOf({ flops, bytes }, peaks) {
  const parts = [];
  if (flops) {
    const at = (gflops) => time(flops / gflops / 1e9);
    parts.push(
      `its ${count(flops)} operations, as floats, take one thread at least ${at(peaks.wasm_gflops)} with ` +
        `vectors of 4 floats and ${at(peaks.native_gflops)} natively`,
    );
  }
  if (bytes) {
    const seconds = bytes / Math.max(...peaks.read_gb_per_second) / 1e9;
    parts.push(`its ${(bytes / 1e6).toPrecision(3)} MB take ${time(seconds)} to read from memory`);
  }
  return parts.length > 0 ? `Roofline: ${parts.join('; ')}.` : '';
}

function time(seconds) {
  const [unit, scale] = seconds >= 1 ? ['s', 1] : seconds >= 1e-3 ? ['ms', 1e3] : ['µs', 1e6];
  return `${(seconds * scale).toPrecision(3)} ${unit}`;
}

function count(number) {
  const [unit, scale] =
    number >= 1e9 ? ['billion', 1e9] : number >= 1e6 ? ['million', 1e6] : ['thousand', 1e3];
  return `${(number / scale).toPrecision(3)} ${unit}`;
}
