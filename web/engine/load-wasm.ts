import type { MainModule } from '#engine-module';
import { InklingError } from '../errors.js';
import { bindSeam, type Glue } from './seam.js';

/** Checks that bytes are wasm and compiles them. `place` is where they came from, for messages. */
export async function compileWasm(bytes: BufferSource, place: string): Promise<WebAssembly.Module> {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  const isWasm = view[0] === 0 && view[1] === 0x61 && view[2] === 0x73 && view[3] === 0x6d;
  if (!isWasm) {
    const start = new TextDecoder().decode(view.subarray(0, 64)).trim();
    const found = start.startsWith('<') ? 'an HTML page' : `something else (${view.length} bytes)`;
    throw new InklingError(
      'wrong_content',
      `${place} should be a wasm file, but ${found} came. The file is missing there, or the bundler moved it: ` +
        'serve the files of the inkling package beside each other, or pass wasmUrl',
    );
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new InklingError('wasm_unavailable', `${place} could not be compiled: ${String(cause)}`, {
      cause,
    });
  }
}

/**
 * Runs a compiled module by Emscripten's loader, which stays silent, and waits for ever, where one does not fit.
 *
 * @throws InklingError `version_mismatch`
 */
export function instantiate(
  create: (options: unknown) => Promise<Glue>,
  compiled: WebAssembly.Module,
  { threads, place }: { threads: number; place: string },
): Promise<MainModule> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown) =>
      reject(
        new InklingError(
          'version_mismatch',
          `${place} is not the wasm file that this JavaScript was built with (${String(cause)}); ` +
            'serve both from the same release',
          { cause },
        ),
      );
    // What is thrown between the loader's own steps, which nobody else hears of.
    const hear = ({ reason }: PromiseRejectionEvent) => refuse(reason);
    globalThis.addEventListener?.('unhandledrejection', hear);
    const loading = create({
      instantiateWasm: (
        imports: WebAssembly.Imports,
        receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
      ) => {
        WebAssembly.instantiate(compiled, imports)
          .then((instance) => receive(instance, compiled))
          .catch(refuse);
        return {};
      },
      threadPoolSize: threads - 1,
      printErr: () => {},
    });
    loading
      .then(bindSeam)
      .then(resolve, refuse)
      .then(() => globalThis.removeEventListener?.('unhandledrejection', hear));
  });
}
