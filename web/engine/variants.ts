import { InklingError } from '../errors.js';
import type { VariantName } from '../types.js';

/** What a host offers the engine. */
export interface Features {
  /** 128-bit SIMD instructions. */
  simd: boolean;
  /** Relaxed SIMD instructions, with the fused multiply-add. */
  relaxedSimd: boolean;
  /** Shared memory that threads can work on. */
  sharedMemory: boolean;
  /** Why there is no shared memory, where it is not for the browser's reasons. */
  whyAlone?: string;
  /** Processors. */
  cores: number;
}

export interface Choice {
  variant: VariantName;
  threads: number;
  /** Why not something faster, in sentences. */
  why: string[];
}

const VARIANTS: Record<VariantName, { relaxedSimd: boolean; sharedMemory: boolean }> = {
  simd: { relaxedSimd: false, sharedMemory: false },
  'simd-threads': { relaxedSimd: false, sharedMemory: true },
  'relaxed-threads': { relaxedSimd: true, sharedMemory: true },
};

/** More threads than this rarely help, and each costs memory. */
export const MAX_AUTO_THREADS = 4;
const MAX_THREADS = 64;

/**
 * Picks the wasm build and the number of threads. The same features and wishes give the same choice.
 *
 * @throws InklingError `unsupported_environment` when nothing can run, or not the variant or the
 *   threads that were asked for; `invalid_argument` for a number of threads that is none.
 */
export function chooseVariant(
  features: Features,
  wishes: { variant?: VariantName | 'auto' | undefined; threads?: number | 'auto' | undefined },
): Choice {
  const { variant = 'auto', threads = 'auto' } = wishes;
  if (
    threads !== 'auto' &&
    !(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)
  ) {
    throw new InklingError(
      'invalid_argument',
      `threads is ${JSON.stringify(threads)}; expected "auto" or a whole number from 1 to ${MAX_THREADS}`,
    );
  }
  if (variant !== 'auto' && !Object.hasOwn(VARIANTS, variant)) {
    throw new InklingError(
      'invalid_argument',
      `variant is ${JSON.stringify(variant)}; expected "auto" or one of ${Object.keys(VARIANTS).join(', ')}`,
    );
  }
  if (!features.simd) {
    throw new InklingError(
      'unsupported_environment',
      'this browser or Node has no WebAssembly SIMD; Inkling needs Chromium 91, Firefox 89, Safari 16.4 or Node 16.4, or newer',
    );
  }
  const alone = features.whyAlone ?? NO_SHARED_MEMORY;
  const wantedThreads = threads === 'auto' ? Math.min(features.cores, MAX_AUTO_THREADS) : threads;
  if (variant !== 'auto') {
    const needs = VARIANTS[variant];
    if (needs.sharedMemory && !features.sharedMemory) throw cannotRun(variant, alone);
    if (needs.relaxedSimd && !features.relaxedSimd) throw cannotRun(variant, NO_RELAXED_SIMD);
    return {
      variant,
      threads: needs.sharedMemory ? Math.max(1, wantedThreads) : 1,
      why: [`The variant "${variant}" was asked for.`],
    };
  }
  if (!features.sharedMemory) {
    return { variant: 'simd', threads: 1, why: [alone] };
  }
  if (wantedThreads <= 1) {
    const why = threads === 1 ? 'One thread was asked for.' : 'This machine has one processor.';
    return { variant: 'simd', threads: 1, why: [why] };
  }
  if (!features.relaxedSimd) {
    return { variant: 'simd-threads', threads: wantedThreads, why: [NO_RELAXED_SIMD] };
  }
  return { variant: 'relaxed-threads', threads: wantedThreads, why: [] };
}

const NO_SHARED_MEMORY =
  'One thread: SharedArrayBuffer is not available, because the page is not cross-origin isolated ' +
  '(headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp) ' +
  'or the browser has none.';
const NO_RELAXED_SIMD = 'No fused multiply-add: this browser or Node has no relaxed SIMD.';

function cannotRun(variant: VariantName, reason: string): InklingError {
  return new InklingError(
    'unsupported_environment',
    `the variant "${variant}" cannot run here. ${reason} Leave the variant out to get the fastest that can.`,
  );
}
