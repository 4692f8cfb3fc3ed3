import type { Buffer, MainModule } from '#engine-module';

type NumberArray = Int32Array | Uint32Array | Float32Array | Float64Array | Uint8Array;
type ArrayType<T> = new (buffer: ArrayBuffer) => T;

/** Copies between JavaScript and the wasm heap. No view lives longer than one of these calls. */
export class Heap {
  constructor(private readonly module: MainModule) {}

  /** Bytes the wasm memory has now. It never shrinks. */
  get byteLength(): number {
    return this.memory.buffer.byteLength;
  }

  /** A new Buffer with these contents; the caller deletes it. */
  write(data: NumberArray): Buffer {
    const buffer = new this.module.Buffer(data.byteLength);
    // Looked up after the allocation, which may have moved the memory.
    new Uint8Array(this.memory.buffer, buffer.address(), data.byteLength).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    return buffer;
  }

  /** A copy of a Buffer's contents. */
  read<T>(buffer: Buffer, type: ArrayType<T>): T {
    const bytes = new Uint8Array(this.memory.buffer, buffer.address(), buffer.byteLength());
    const copy = new Uint8Array(bytes.length); // never shared, unlike the heap
    copy.set(bytes);
    return new type(copy.buffer);
  }

  private get memory(): WebAssembly.Memory {
    return this.module.wasmMemory as WebAssembly.Memory;
  }
}

interface Deletable {
  delete(): void;
}

/** Takes ownership of a wasm object. */
export type Own = <T extends Deletable>(object: T) => T;

/** Runs `work` with a function that takes ownership of wasm objects; all are deleted at the end, however it ends. */
export function owning<R>(work: (own: Own) => R): R {
  const owned: Deletable[] = [];
  const release = () => {
    for (const object of owned.reverse()) object.delete();
  };
  const own = <T extends Deletable>(object: T): T => {
    owned.push(object);
    return object;
  };
  let result: R;
  try {
    result = work(own);
  } catch (error) {
    release();
    throw error;
  }
  if (result instanceof Promise) return result.finally(release) as R;
  release();
  return result;
}
