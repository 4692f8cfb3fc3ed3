import type { MainModule } from '#engine-module';
import createSimd from '#glue/simd';
import createThreads from '#glue/threads';
import { InklingError } from '../errors.js';
import type { Progress } from '../types.js';
import { readBody } from '../worker/read-body.js';
import { Engine } from './engine.js';
import { compileWasm, instantiate } from './load-wasm.js';
import type { Choice } from './variants.js';

/** A module and how many bytes it was compiled from. */
interface Compiled {
  module: WebAssembly.Module;
  bytes: number;
}

type Source = { wasmUrl: string; wasmBinary?: ArrayBuffer | Uint8Array | undefined };

/** Loads the engine in this worker. The wasm file is fetched unless its bytes are given. */
export async function loadVariant(
  choice: Choice,
  source: Source,
  onProgress?: (progress: Progress) => void,
): Promise<Engine> {
  const { module, bytes } = await loadModule(choice, source, onProgress);
  return new Engine(module, choice, bytes);
}

/** The module of an engine, whichever part of it is wanted, and how many bytes its file has. */
export async function loadModule(
  choice: Choice,
  { wasmUrl, wasmBinary }: Source,
  onProgress?: (progress: Progress) => void,
): Promise<{ module: MainModule; bytes: number }> {
  const { module, bytes } = wasmBinary
    ? await compiled(wasmBinary, 'wasmBinary')
    : await fetchWasm(wasmUrl, onProgress);
  const create = choice.variant === 'simd' ? createSimd : createThreads;
  const place = wasmBinary ? 'wasmBinary' : wasmUrl;
  const { threads } = choice;
  return { module: await instantiate(create, module, { threads, place }), bytes };
}

async function compiled(bytes: ArrayBuffer | Uint8Array, place: string): Promise<Compiled> {
  const module = await compileWasm(bytes as BufferSource, place);
  return { module, bytes: bytes.byteLength };
}

/**
 * Compiles while the bytes arrive, where the server names their type. Otherwise, and where that fails, the bytes are
 * looked at first, for a better error.
 */
async function fetchWasm(
  url: string,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<Compiled> {
  const response = await get(url);
  const type = response.headers.get('content-type');
  if (onProgress || !/^application\/wasm *$/i.test(type ?? '')) {
    return compiled(await readBody(response, onProgress), url);
  }
  try {
    const [bytes, module] = await Promise.all([
      lengthOf(response),
      WebAssembly.compileStreaming(response),
    ]);
    return { module, bytes };
  } catch {
    return compiled(await readBody(await get(url), undefined), url);
  }
}

/** How many bytes the body has, which is left to be read. The header tells, unless they come compressed or in chunks. */
async function lengthOf(response: Response): Promise<number> {
  const { headers } = response;
  const told = headers.has('content-encoding') ? null : headers.get('content-length');
  return told ? Number(told) : (await response.clone().arrayBuffer()).byteLength;
}

async function get(url: string): Promise<Response> {
  const failure = (reason: string, cause?: unknown) =>
    new InklingError(
      'wasm_unavailable',
      `the wasm file ${url} could not be fetched (${reason}); ` +
        'serve the files of the inkling package beside each other, or pass wasmUrl',
      { cause },
    );
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin' });
  } catch (cause) {
    throw failure(String(cause), cause);
  }
  if (!response.ok) throw failure(`HTTP ${response.status}`);
  return response;
}
