/** What a reader asks for when it asks for too much; no reader throws this itself. */
export class TooMuchMemory extends Error {}

const TYPES = [
  ...['Array', 'ArrayBuffer', 'Uint8Array', 'Int8Array', 'Uint16Array', 'Int16Array'],
  ...['Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'BigInt64Array'],
] as const;

type Constructor = abstract new (...args: unknown[]) => unknown;

let limited = false;
let left = 0;
/** The first that was; readers may take it for a damaged file. */
let refused: TooMuchMemory | undefined;

/** Once in a program, before readers run: engines forget what they have compiled whenever a global changes. */
export function countAllocations(): void {
  const scope = globalThis as unknown as Record<string, Constructor>;
  for (const name of TYPES) {
    const type = scope[name] as Constructor & { BYTES_PER_ELEMENT?: number };
    const size = type.BYTES_PER_ELEMENT ?? (name === 'ArrayBuffer' ? 1 : 8);
    const count = (args: unknown[]) => {
      if (!limited || args.length !== 1 || typeof args[0] !== 'number') return;
      left -= args[0] * size;
      if (left >= 0) return;
      refused ??= new TooMuchMemory(`${name} of ${args[0]} is beyond what is allowed`);
      throw refused;
    };
    scope[name] = new Proxy(type, {
      construct(target, args, newTarget) {
        count(args);
        return Reflect.construct(target, args, newTarget) as object;
      },
      // Array(5) is another way to write new Array(5).
      apply(target, self, args) {
        count(args);
        return Reflect.apply(target as unknown as () => unknown, self, args);
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
  refused = undefined;
  try {
    const result = await work();
    if (refused) throw refused;
    return result;
  } catch (error) {
    throw refused ?? error;
  } finally {
    limited = false;
  }
}
