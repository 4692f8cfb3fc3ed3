import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Decompress } from 'fzstd';

/** As zstd itself limits it, unless it is told otherwise. */
const WIDEST_WINDOW = 2 ** 27;
const ZSTD_FRAME = 0xfd2fb528;

/** The most that a call of Node's may unpack; it takes no 0. */
const limit = (length: number) => ({ maxOutputLength: Math.max(1, length) });

/**
 * What Parquet pages are packed by, besides snappy, Spark's own choice, which hyparquet has itself. None unpacks more than
 * the page says it has.
 */
export const COMPRESSORS = {
  BROTLI: (input: Uint8Array, length: number): Uint8Array =>
    brotliDecompressSync(input, limit(length)),
  GZIP: (input: Uint8Array, length: number): Uint8Array => gunzipSync(input, limit(length)),
  ZSTD: unpackZstd,
};

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
