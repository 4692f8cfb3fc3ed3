import type { Engine as WasmEngine } from '#engine-module';
import { type ErrorCode, InklingError } from '../errors.js';

/** The core's error numbers (cpp/include/inkling/status.h) as the package's codes. */
const CODES: Record<number, ErrorCode> = {
  1: 'invalid_argument',
  2: 'invalid_interactions',
  3: 'invalid_catalog',
  4: 'corrupt_model_file',
  5: 'unsupported_version',
  6: 'too_large',
  7: 'not_finite',
  8: 'unknown_item',
};

/** Throws the typed error of a call that did not return 0. */
export function check(engine: WasmEngine, status: number): void {
  if (status === 0) return;
  throw new InklingError(CODES[status] ?? 'engine_failed', engine.message());
}

/** What a wasm trap or abort becomes: the engine cannot be used after one. */
export function engineFailure(error: unknown): unknown {
  if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) return error;
  return new InklingError(
    'engine_failed',
    `the engine stopped (${error.message}), most often for want of memory; it is started anew. ` +
      'Try with less data, fewer num_factors or fewer num_neighbors.',
    { cause: error },
  );
}
