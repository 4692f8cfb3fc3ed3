import createSimd from '#glue/simd';
import createThreads from '#glue/threads';
import { InklingError } from '../errors.js';
import type { Progress } from '../types.js';
import { readBody } from '../worker/read-source.js';
import { Engine } from './engine.js';
import { compileWasm, instantiateWith } from './load-wasm.js';
import type { Choice } from './variants.js';

/** Loads the engine in this worker. The wasm file is fetched unless its bytes are given. */
export async function loadVariant(
  choice: Choice,
  source: { wasmUrl: string; wasmBinary?: ArrayBuffer | Uint8Array | undefined },
  onProgress?: (progress: Progress) => void,
): Promise<Engine> {
  const bytes = source.wasmBinary ?? (await fetchWasm(source.wasmUrl, onProgress));
  const compiled = await compileWasm(
    bytes as BufferSource,
    source.wasmBinary ? 'wasmBinary' : source.wasmUrl,
  );
  const create = choice.variant === 'simd' ? createSimd : createThreads;
  const module = await create({
    instantiateWasm: instantiateWith(compiled),
    threadPoolSize: choice.threads - 1,
    printErr: () => {},
  });
  return new Engine(module, choice, bytes.byteLength);
}

async function fetchWasm(
  url: string,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin' });
  } catch (cause) {
    throw new InklingError(
      'wasm_unavailable',
      `the wasm file ${url} could not be fetched (${String(cause)}); ${CURE}`,
      {
        cause,
      },
    );
  }
  if (!response.ok) {
    throw new InklingError(
      'wasm_unavailable',
      `the wasm file ${url} could not be fetched (HTTP ${response.status}); ${CURE}`,
    );
  }
  return readBody(response, onProgress);
}

const CURE = 'serve the files of the inkling package beside each other, or pass wasmUrl';
