import type { Features } from './variants.js';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]; // "\0asm", version 1
const TYPE_SECTION = [1, 5, 1, 0x60, 0, 1, 0x7b]; // one function type: () -> v128
const FUNCTION_SECTION = [3, 2, 1, 0]; // one function of that type
const SPLAT_ZERO = [0x41, 0, 0xfd, 0x0f]; // i32.const 0, i8x16.splat
const RELAXED_MADD = [0xfd, 0x85, 0x02]; // f32x4.relaxed_madd
const END = 0x0b;

/** Whether the engine takes a function with this body. */
function validates(body: number[]): boolean {
  const code = [0, ...body, END]; // no locals
  const section = [10, code.length + 2, 1, code.length, ...code];
  return WebAssembly.validate(
    new Uint8Array([...HEADER, ...TYPE_SECTION, ...FUNCTION_SECTION, ...section]),
  );
}

/** Looks at what this browser, worker or Node offers. Cheap: two probes of 40 bytes. */
export function detectFeatures(): Features {
  const host = globalThis as {
    crossOriginIsolated?: boolean;
    navigator?: { hardwareConcurrency?: number };
  };
  return {
    simd: validates(SPLAT_ZERO),
    relaxedSimd: validates([...SPLAT_ZERO, ...SPLAT_ZERO, ...SPLAT_ZERO, ...RELAXED_MADD]),
    // Node has no crossOriginIsolated and always shares memory; a browser must say true.
    sharedMemory: typeof SharedArrayBuffer === 'function' && host.crossOriginIsolated !== false,
    cores: host.navigator?.hardwareConcurrency ?? 1,
  };
}
