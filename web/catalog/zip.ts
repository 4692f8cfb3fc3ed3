import { Inflate } from 'fflate';
import { type ErrorCode, InklingError } from '../errors.js';

/** What an archive is read from, slice by slice; a `Blob` is such. */
export interface Slices {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** One file in a zip archive. */
export interface ZipEntry {
  /** Path inside the archive, with `/`. */
  name: string;
  /** Unpacked size in bytes, as the archive states it. */
  size: number;
  /**
   * The unpacked bytes, in pieces; at most `size` of them. Whether they match their checksum is known, and said, only after the
   * last.
   */
  read(): AsyncGenerator<Uint8Array, void, undefined>;
}

// Sizes and signatures of the records of PKWARE's APPNOTE, section 4.3.
const END_SIZE = 22;
const END_SIGNATURE = 0x06054b50;
const LONGEST_COMMENT = 0xffff;
const ENTRY_SIZE = 46;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIZE = 30;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** Packed bytes taken at a time; deflate makes at most about a thousand times as many of them. */
const PIECE = 1 << 14;

/**
 * Lists the files in a zip archive. Only what is read gets unpacked, piece by piece, so neither the
 * archive nor a file of it is ever whole in memory. Zip64 and encryption are not supported.
 *
 * @throws InklingError `code` when the archive is damaged or of such a kind.
 */
export async function openZip(
  archive: Slices,
  name: string,
  code: ErrorCode = 'invalid_interactions',
): Promise<ZipEntry[]> {
  const fail = (text: string): InklingError => new InklingError(code, `${name}: ${text}.`);
  const tail = await view(archive, archive.size - END_SIZE - LONGEST_COMMENT, archive.size);
  let end = tail.byteLength - END_SIZE;
  while (end >= 0 && tail.getUint32(end, true) !== END_SIGNATURE) end--;
  if (end < 0) throw fail('this is no whole zip archive; download or pack it again');
  const count = tail.getUint16(end + 10, true);
  const size = tail.getUint32(end + 12, true);
  const start = tail.getUint32(end + 16, true);
  if (start === 0xffffffff || count === 0xffff) {
    throw fail('this is a zip64 archive, which cannot be read; give the files in it instead');
  }
  const directory = await view(archive, start, start + size);
  const damaged = (): InklingError =>
    fail("the archive's list of files is damaged; download or pack it again");
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (at + ENTRY_SIZE > directory.byteLength) throw damaged();
    if (directory.getUint32(at, true) !== ENTRY_SIGNATURE) throw damaged();
    const nameLength = directory.getUint16(at + 28, true);
    const next = at + ENTRY_SIZE + nameLength + directory.getUint16(at + 30, true);
    if (next > directory.byteLength) throw damaged();
    const path = new TextDecoder().decode(
      new Uint8Array(directory.buffer, directory.byteOffset + at + ENTRY_SIZE, nameLength),
    );
    const record: EntryRecord = {
      name: path,
      flags: directory.getUint16(at + 8, true),
      method: directory.getUint16(at + 10, true),
      crc: directory.getUint32(at + 16, true),
      packedSize: directory.getUint32(at + 20, true),
      size: directory.getUint32(at + 24, true),
      offset: directory.getUint32(at + 42, true),
    };
    const failed = (text: string): InklingError => fail(`${path} ${text}`);
    entries.push({ name: path, size: record.size, read: () => unpack(archive, record, failed) });
    at = next + directory.getUint16(at + 32, true);
  }
  return entries;
}

interface EntryRecord {
  name: string;
  flags: number;
  method: number;
  /** CRC-32 of the unpacked bytes. */
  crc: number;
  packedSize: number;
  size: number;
  /** Where the local header starts. */
  offset: number;
}

async function* unpack(
  archive: Slices,
  entry: EntryRecord,
  fail: (text: string) => InklingError,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (entry.flags & ENCRYPTED) throw fail('is encrypted; unpack the archive and give its files');
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw fail(`is packed by method ${entry.method}; expected deflate: pack the archive again`);
  }
  const local = await view(archive, entry.offset, entry.offset + LOCAL_SIZE);
  if (local.byteLength < LOCAL_SIZE) throw fail('is cut off; download the archive again');
  const start = entry.offset + LOCAL_SIZE + local.getUint16(26, true) + local.getUint16(28, true);
  const end = start + entry.packedSize;
  let left = entry.size;
  let crc = 0;
  const taken = (bytes: Uint8Array): Uint8Array => {
    left -= bytes.length;
    crc = crc32(bytes, crc);
    if (left < 0) throw fail(`holds more than the ${entry.size} bytes it states; do not trust it`);
    return bytes;
  };
  let unpacked: Uint8Array[] = [];
  const inflate = new Inflate((bytes) => unpacked.push(bytes));
  for (let at = start; at < end; at += PIECE) {
    const stop = Math.min(end, at + PIECE);
    const piece = new Uint8Array(await archive.slice(at, stop).arrayBuffer());
    if (piece.length < stop - at) throw fail('is cut off; download the archive again');
    if (entry.method === STORED) {
      yield taken(piece);
      continue;
    }
    try {
      inflate.push(piece, stop === end);
    } catch (cause) {
      throw fail(`is damaged (${cause instanceof Error ? cause.message : String(cause)})`);
    }
    for (const bytes of unpacked) if (bytes.length > 0) yield taken(bytes);
    unpacked = [];
  }
  if (left > 0) throw fail(`ends ${left} bytes early; download the archive again`);
  if (crc !== entry.crc) {
    throw fail('is damaged (its bytes do not match their checksum); download the archive again');
  }
}

let crcTable: Uint32Array | undefined;

/** CRC-32 of bytes that follow others with the CRC `before`; 0 at the start. */
function crc32(bytes: Uint8Array, before: number): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}

async function view(archive: Slices, start: number, end: number): Promise<DataView> {
  return new DataView(await archive.slice(Math.max(0, start), end).arrayBuffer());
}
