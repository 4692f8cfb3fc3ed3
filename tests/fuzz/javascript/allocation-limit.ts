/** What a reader asks for when it asks for too much; no reader throws this itself. */
export class TooMuchMemory extends Error {}

const TYPES = [
  ...['Array', 'ArrayBuffer', 'Uint8Array', 'Int8Array', 'Uint16Array', 'Int16Array'],
  ...['Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'BigInt64Array'],
] as const;

type Constructor = abstract new (...args: unknown[]) => unknown;

let limited = false;
let left = 0;

/** Once in a program, before readers run: engines forget what they have compiled whenever a global changes. */
export function countAllocations(): void {
  const scope = globalThis as unknown as Record<string, Constructor>;
  for (const name of TYPES) {
    const type = scope[name] as Constructor & { BYTES_PER_ELEMENT?: number };
    const size = type.BYTES_PER_ELEMENT ?? (name === 'ArrayBuffer' ? 1 : 8);
    scope[name] = new Proxy(type, {
      construct(target, args, newTarget) {
        if (limited && args.length === 1 && typeof args[0] === 'number') {
          left -= args[0] * size;
          if (left < 0) throw new TooMuchMemory(`${name} of ${args[0]} is beyond what is allowed`);
        }
        return Reflect.construct(target, args, newTarget) as object;
      },
    });
  }
}

/**
 * Does `work` while arrays of more than `most` bytes, all together, are refused before they are made. What the engine makes
 * inside (texts, maps, what is unpacked by zlib) is not counted.
 */
export async function withAllocationLimit<T>(most: number, work: () => Promise<T>): Promise<T> {
  limited = true;
  left = most;
  try {
    return await work();
  } finally {
    limited = false;
  }
}
