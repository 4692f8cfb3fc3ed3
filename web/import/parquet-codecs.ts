import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Decompress } from 'fzstd';

/** As zstd itself limits it, unless it is told otherwise. */
const WIDEST_WINDOW = 2 ** 27;
const ZSTD_FRAME = 0xfd2fb528;

/** The most that a call of Node's may unpack; it takes no 0. */
const limit = (length: number) => ({ maxOutputLength: Math.max(1, length) });

/**
 * What Parquet pages are packed by. None unpacks more than the page says it has. hyparquet's own snappy does not end when a
 * length is damaged.
 */
export const COMPRESSORS = {
  BROTLI: (input: Uint8Array, length: number): Uint8Array =>
    brotliDecompressSync(input, limit(length)),
  GZIP: (input: Uint8Array, length: number): Uint8Array => gunzipSync(input, limit(length)),
  SNAPPY: unpackSnappy,
  ZSTD: unpackZstd,
};

/** https://github.com/google/snappy/blob/main/format_description.txt */
function unpackSnappy(input: Uint8Array, length: number): Uint8Array {
  const damaged = () => new Error('a page packed by snappy is damaged');
  const output = new Uint8Array(length);
  let at = 0;
  let done = 0;
  const number = (bytes: number): number => {
    if (at + bytes > input.length) throw damaged();
    let value = 0;
    for (let n = 0; n < bytes; n++) value += (input[at++] as number) * 256 ** n;
    return value;
  };
  while (number(1) >= 128); // the length once more, seven bits a byte
  while (at < input.length) {
    const tag = number(1);
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const size = (short < 60 ? short : number(short - 59)) + 1;
      if (size > input.length - at || size > length - done) throw damaged();
      output.set(input.subarray(at, at + size), done);
      at += size;
      done += size;
      continue;
    }
    const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const back = kind === 1 ? (tag >> 5) * 256 + number(1) : number(kind === 2 ? 2 : 4);
    if (back < 1 || back > done || size > length - done) throw damaged();
    for (const end = done + size; done < end; done++) output[done] = output[done - back] as number;
  }
  return output.subarray(0, done);
}

function unpackZstd(input: Uint8Array, length: number): Uint8Array {
  checkWindow(input, length);
  const page = new Uint8Array(length);
  let done = 0;
  const frames = new Decompress((bytes) => {
    if (done + bytes.length > length) throw new Error('a page holds more than it says');
    page.set(bytes, done);
    done += bytes.length;
  });
  frames.push(input, true);
  return page.subarray(0, done);
}

/** A frame says how much memory reading it takes, which is then taken. */
function checkWindow(input: Uint8Array, length: number): void {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length < 6 || view.getUint32(0, true) !== ZSTD_FRAME) {
    throw new Error('a page is packed by something else than zstd');
  }
  const flags = view.getUint8(4);
  const single = (flags & 0x20) !== 0; // then the window is the content, whose size follows
  const shape = view.getUint8(5);
  const base = 2 ** (10 + (shape >> 3));
  const window = base + (base / 8) * (shape & 7);
  if (!single && window > Math.max(WIDEST_WINDOW, length)) {
    throw new Error(`a page wants a window of ${window} bytes`);
  }
  if (!single) return;
  const sizeBytes = [1, 2, 4, 8][flags >> 6] as number;
  const start = 5 + ([0, 1, 2, 4][flags & 3] as number);
  let size = sizeBytes === 2 ? 256 : 0;
  for (let at = 0; at < sizeBytes; at++) size += (input[start + at] ?? 0) * 256 ** at;
  if (size > length) throw new Error('a page holds more than it says');
}
