import fc from 'fast-check';

/** Counts and lengths that programs stumble over; the last is a billion. */
const NUMBERS = [
  0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 1_000_000_000,
];

/** One change of a file: what, where, and with what. */
type Change = [kind: number, place: number, value: number];

/**
 * Bytes: any, any text, and most of all files that were whole once.
 *
 * @param seeds whole files
 * @param words what means something in such files
 */
export function hostileBytes(
  seeds: readonly Uint8Array[],
  words: readonly string[],
): fc.Arbitrary<Uint8Array> {
  const encoded = words.map((word) => new TextEncoder().encode(word));
  const change: fc.Arbitrary<Change> = fc.tuple(
    fc.integer({ min: 0, max: 7 }),
    fc.integer({ min: 0, max: 0xffff }),
    fc.integer({ min: 0, max: 0xff }),
  );
  const changed = fc
    .tuple(
      fc.integer({ min: 0, max: seeds.length - 1 }),
      fc.array(change, { minLength: 1, maxLength: 4 }),
    )
    .map(([seed, changes]) =>
      changes.reduce((file, one) => apply(file, one, encoded), seeds[seed] as Uint8Array),
    );
  const text = anyText(60).map((some) => new TextEncoder().encode(some));
  return fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
    { weight: 1, arbitrary: text },
    { weight: 10, arbitrary: changed },
  );
}

/** Any code points, halves of surrogate pairs too, and often those of ASCII. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  const point = fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0x10ffff }));
  return fc.array(point, { maxLength }).map((points) => String.fromCodePoint(...points));
}

function apply(file: Uint8Array, [kind, where, value]: Change, words: Uint8Array[]): Uint8Array {
  const at = file.length === 0 ? 0 : where % file.length;
  const length = Math.min(file.length - at, 1 + (value % 32));
  switch (kind) {
    case 0:
      return spliced(file, at, 1, Uint8Array.of(value));
    case 1:
      return spliced(file, at, 0, Uint8Array.of(value));
    case 2:
      return spliced(file, at, length, new Uint8Array(0));
    case 3:
      return spliced(file, (at * 31) % (file.length + 1), 0, file.subarray(at, at + length));
    case 4:
      return file.subarray(0, at);
    case 5: {
      const number = new DataView(new ArrayBuffer(4));
      number.setUint32(0, NUMBERS[value % NUMBERS.length] as number, value < 128);
      return spliced(file, at, 4, new Uint8Array(number.buffer));
    }
    case 6:
      return spliced(file, at, 0, words[value % words.length] ?? Uint8Array.of(value));
    default:
      return spliced(file, at, length, new Uint8Array(length).fill(value));
  }
}

function spliced(file: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const rest = file.subarray(Math.min(file.length, at + removed));
  const bytes = new Uint8Array(at + added.length + rest.length);
  bytes.set(file.subarray(0, at));
  bytes.set(added, at);
  bytes.set(rest, at + added.length);
  return bytes;
}
