import { type ColumnMetaData, type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath } from 'hyparquet/src/schema.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import { COMPRESSORS } from './parquet-codecs.js';
import { checkStruct } from './thrift.js';

// hyparquet believes what a page says of itself: a few bytes can make it fill gigabytes with one number, or count for
// minutes. So pages are walked through before it gets them, and what they say is compared with what they have.

/** Values that a column may have whatever its bytes: runs and deltas pack any number of them into nearly none … */
const MOST_VALUES = 1 << 16;
/** … and how many more for each byte. */
const MOST_VALUES_A_BYTE = 256;
/** The same for the bytes of an unpacked page; deflate makes at most about a thousand of one. */
const MOST_UNPACKED = 1 << 20;
const MOST_UNPACKED_A_BYTE = 1032;
/** Writers fill the last run up: DuckDB to 256 values. */
const MOST_PADDING = 1024;
/** Values in a block of deltas; usual are 128. */
const LARGEST_BLOCK = 1 << 16;
const LONGEST_FIXED = 256;

interface Reader {
  view: DataView;
  offset: number;
}

/** A column chunk and where its bytes stand in the file. */
interface Chunk {
  start: number;
  end: number;
  column: ColumnMetaData;
  path: SchemaTree[];
}

/** Checks bytes of a Parquet file before they are decoded. */
export class PageCheck {
  private readonly chunks: Chunk[] = [];

  /** @throws Error when the chunks of these columns cannot be where they are said to be */
  constructor(metadata: FileMetaData, columns: readonly string[], fileSize: number) {
    const tree = parquetSchema(metadata);
    for (const group of metadata.row_groups) {
      let mostRows = 0;
      for (const { meta_data: column } of group.columns) {
        if (column === undefined) throw new Error('a column is not described');
        if (!columns.includes(column.path_in_schema[0] ?? '')) continue;
        const start = Number(column.dictionary_page_offset || column.data_page_offset);
        const size = Number(column.total_compressed_size);
        const values = Number(column.num_values);
        if (!(start >= 4 && size >= 0 && start + size <= fileSize)) {
          throw new Error(`a column stands at ${start} to ${start + size} of ${fileSize} bytes`);
        }
        if (!(values >= 0 && values <= MOST_VALUES + size * MOST_VALUES_A_BYTE)) {
          throw new Error(`a column of ${size} bytes says that it has ${values} values`);
        }
        mostRows = Math.max(mostRows, values);
        const path = getTreePath(tree, column.path_in_schema);
        this.chunks.push({ start, end: start + size, column, path });
      }
      // A row without a value would have one that says so.
      inRange('the rows of a group', Number(group.num_rows), mostRows);
    }
  }

  /** Looks at the chunks that are wholly in a range of the file. */
  check(bytes: ArrayBuffer, start: number): void {
    const end = start + bytes.byteLength;
    for (const chunk of this.chunks) {
      if (chunk.start < start || chunk.end > end) continue;
      const view = new DataView(bytes, chunk.start - start, chunk.end - chunk.start);
      checkChunk({ view, offset: 0 }, chunk);
    }
  }
}

function checkChunk(reader: Reader, { column, path }: Chunk): void {
  let left = Number(column.num_values);
  while (reader.offset < reader.view.byteLength - 1) {
    checkStruct(reader.view, reader.offset);
    const header = parquetHeader(reader);
    const { compressed_page_size: packed, uncompressed_page_size: size } = header;
    inRange('a packed page', packed, reader.view.byteLength - reader.offset);
    inRange('a page', size, MOST_UNPACKED + packed * MOST_UNPACKED_A_BYTE);
    const bytes = new Uint8Array(
      reader.view.buffer,
      reader.view.byteOffset + reader.offset,
      packed,
    );
    reader.offset += packed;
    if (header.type === 'DICTIONARY_PAGE') {
      inRange('a dictionary', header.dictionary_page_header?.num_values, 8 * size);
      continue;
    }
    const page = header.data_page_header ?? header.data_page_header_v2;
    const values = page?.num_values;
    inRange('the values of a page', values, left);
    left -= values as number;
    if (header.data_page_header_v2 !== undefined && header.type === 'DATA_PAGE_V2') {
      checkSecondVersion(bytes, size, header.data_page_header_v2, column, path);
    } else if (header.data_page_header !== undefined && header.type === 'DATA_PAGE') {
      const { num_values, encoding } = header.data_page_header;
      const unpacked = readerOf(decompressPage(bytes, size, column.codec, COMPRESSORS));
      for (const level of levels(path)) {
        const length = unpacked.view.getUint32(unpacked.offset, true);
        unpacked.offset += 4;
        inRange('the levels of a page', length, unpacked.view.byteLength - unpacked.offset);
        checkRuns(unpacked, unpacked.offset + length, level, num_values);
        unpacked.offset += length;
      }
      checkValues(unpacked, encoding, num_values, path);
    } else {
      throw new Error('a page of an unknown kind');
    }
  }
}

interface SecondVersion {
  num_values: number;
  num_nulls: number;
  encoding: string;
  definition_levels_byte_length: number;
  repetition_levels_byte_length: number;
  is_compressed?: boolean;
}

function checkSecondVersion(
  bytes: Uint8Array,
  size: number,
  page: SecondVersion,
  column: ColumnMetaData,
  path: SchemaTree[],
): void {
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = page;
  inRange('the levels of a page', first, Math.min(bytes.length, size));
  inRange('the levels of a page', second, Math.min(bytes.length, size) - first);
  inRange('the empty values of a page', page.num_nulls, page.num_values);
  const reader = readerOf(bytes);
  const [repetition, definition] = [getMaxRepetitionLevel(path), getMaxDefinitionLevel(path)];
  if (repetition > 0) checkRuns(reader, first, bitWidth(repetition), page.num_values);
  reader.offset = first;
  if (definition > 0) checkRuns(reader, first + second, bitWidth(definition), page.num_values);
  const packed = bytes.subarray(first + second);
  const unpacked =
    page.is_compressed === false
      ? packed
      : decompressPage(packed, size - first - second, column.codec, COMPRESSORS);
  checkValues(readerOf(unpacked), page.encoding, page.num_values, path);
}

/** The bits of what says where lists begin and what is missing, where there are such. */
function levels(path: SchemaTree[]): number[] {
  return [getMaxRepetitionLevel(path), getMaxDefinitionLevel(path)]
    .filter((most) => most > 0)
    .map(bitWidth);
}

function checkValues(reader: Reader, encoding: string, count: number, path: SchemaTree[]): void {
  const { type, type_length: length } = path.at(-1)?.element ?? {};
  if (type === 'BOOLEAN') throw new Error('a column is of true and false');
  if (type === 'FIXED_LEN_BYTE_ARRAY') inRange('the length of a value', length, LONGEST_FIXED);
  if (encoding.startsWith('DELTA') && count > 0) {
    const block = readVarInt(reader);
    const parts = readVarInt(reader);
    inRange('a block of differences', block, LARGEST_BLOCK);
    inRange('the parts of a block of differences', parts, block);
    if (parts === 0) throw new Error('a block of differences without parts');
  }
  if (encoding !== 'RLE' && !encoding.endsWith('_DICTIONARY')) return;
  if (reader.offset >= reader.view.byteLength) return;
  const bits = reader.view.getUint8(reader.offset++);
  inRange('the bits of a number', bits, 32);
  checkRuns(reader, reader.view.byteLength, bits, count);
}

/** Runs of one number and runs of packed ones: https://parquet.apache.org/docs/file-format/data-pages/encodings */
function checkRuns(reader: Reader, end: number, bits: number, count: number): void {
  const run: Reader = { view: reader.view, offset: reader.offset };
  let seen = 0;
  while (seen < count && run.offset < end) {
    const header = readVarInt(run) >>> 0;
    const packed = (header & 1) === 1;
    const length = packed ? (header >>> 1) * 8 : header >>> 1;
    inRange('a run of values', length, count - seen + MOST_PADDING);
    seen += length;
    run.offset += packed ? Math.max(1, (length / 8) * bits) : (bits + 7) >> 3;
  }
  // hyparquet would read on.
  if (seen < count) throw new Error(`${count} values, and runs of ${seen}`);
}

function readerOf(bytes: Uint8Array): Reader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

const bitWidth = (most: number): number => 32 - Math.clz32(most);

function inRange(what: string, size: number | undefined, most: number): void {
  if (Number.isInteger(size) && (size as number) >= 0 && (size as number) <= most) return;
  throw new Error(`${what} should be of 0 to ${most}, and is said to be ${size}`);
}
