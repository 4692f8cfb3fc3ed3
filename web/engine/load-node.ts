import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { InklingError } from '../errors.js';
import type { VariantName } from '../types.js';
import { Engine } from './engine.js';
import { detectFeatures } from './features.js';
import { compileWasm, instantiate } from './load-wasm.js';
import type { Glue } from './seam.js';
import { type Choice, chooseVariant } from './variants.js';

export interface LoadOptions {
  variant?: VariantName | 'auto' | undefined;
  threads?: number | 'auto' | undefined;
  /** Instead of the package's own wasm file. */
  wasmUrl?: string | undefined;
  wasmBinary?: ArrayBuffer | Uint8Array | undefined;
}

/** What a Node process offers. */
export function nodeFeatures() {
  return { ...detectFeatures(), cores: availableParallelism() };
}

/** Loads the engine in this thread of Node. */
export async function loadEngine(options: LoadOptions = {}): Promise<Engine> {
  return loadVariant(chooseVariant(nodeFeatures(), options), options);
}

/** Loads a variant already chosen. The build puts each beside this file in a folder of its name. */
export async function loadVariant(choice: Choice, options: LoadOptions = {}): Promise<Engine> {
  const folder = new URL(`./node-engine/${choice.variant}/`, import.meta.url);
  const file = options.wasmUrl ?? new URL('inkling_node.wasm', folder).href;
  const place = options.wasmBinary ? 'wasmBinary' : file;
  const bytes = options.wasmBinary ?? (await readWasm(file));
  const compiled = await compileWasm(bytes as BufferSource, place);
  const glue = (await import(new URL('inkling_node.js', folder).href)) as {
    default: (options: unknown) => Promise<Glue>;
  };
  const { threads } = choice;
  const module = await instantiate(glue.default, compiled, { threads, place });
  return new Engine(module, choice, bytes.byteLength);
}

async function readWasm(place: string): Promise<Uint8Array> {
  try {
    if (/^https?:/.test(place)) {
      const response = await fetch(place);
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    }
    return await readFile(place.startsWith('file:') ? fileURLToPath(place) : place);
  } catch (cause) {
    throw new InklingError(
      'wasm_unavailable',
      `the wasm file ${place} could not be read (${(cause as Error).message}); reinstall the package, or pass wasmUrl`,
      { cause },
    );
  }
}
