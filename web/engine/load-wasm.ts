import { InklingError } from '../errors.js';

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

/** The hook by which Emscripten's loader takes a module that is compiled already. */
export function instantiateWith(compiled: WebAssembly.Module) {
  return (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): Record<string, never> => {
    void WebAssembly.instantiate(compiled, imports).then((instance) => receive(instance, compiled));
    return {};
  };
}
