import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type FileMetaData, parquetMetadata, parquetRead } from 'hyparquet';
import type { Slices } from '../catalog/zip.js';
import { InklingError } from '../errors.js';
import { FileSlices } from './file-slices.js';
import { checkShape, factorsError, type ItemFactors } from './item-factors.js';
import { COMPRESSORS } from './parquet-codecs.js';
import { PageCheck } from './parquet-pages.js';
import { checkStruct } from './thrift.js';

/** The columns of Spark's ALSModel: `id`: int, `features`: array of float. */
const COLUMNS = ['id', 'features'];
/** The folders of a whole ALSModel. */
const ITEMS_FOLDER = 'itemFactors';
const USERS_FOLDER = 'userFactors';

/** Looking for geometry does not end where a column says that it has -1 children. */
const METADATA = { geoparquet: false };
/** The length of the metadata and "PAR1". */
const END_BYTES = 8;
const PAR1 = 0x31524150;
/** Memory is taken for so many rows at first. */
const FIRST_ROWS = 1024;

export interface ReadParquetOptions {
  signal?: AbortSignal;
  onProgress?: (fraction: number) => void;
}

/**
 * The Parquet files that `path` means: itself, all part files of a folder that Spark wrote, or those of the item factors
 * in the folder of a whole model. Checksums, `_SUCCESS` and other marks are not among them.
 *
 * @throws InklingError `invalid_factors`; what the file system throws
 */
export async function parquetFiles(path: string): Promise<string[]> {
  if (basename(path) === USERS_FOLDER) {
    throw factorsError(
      path,
      `these are factors of users, and a model file is public; give ${ITEMS_FOLDER} beside it`,
    );
  }
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).sort();
  if (names.includes(ITEMS_FOLDER)) return parquetFiles(join(path, ITEMS_FOLDER));
  const files = names.filter((name) => /^[^._].*\.parquet$/.test(name));
  if (files.length > 0) return files.map((name) => join(path, name));
  throw factorsError(
    path,
    `the folder has neither ${ITEMS_FOLDER} nor *.parquet files in it; expected what ` +
      "Spark's ALSModel.save wrote, or its folder " +
      ITEMS_FOLDER,
  );
}

/**
 * Item factors of Parquet files with the columns `id` (a whole number or text) and `features` (an array of numbers), rows in any
 * order.
 *
 * @throws InklingError `invalid_factors`, `too_large`; what the file system throws
 */
export async function readParquet(
  paths: readonly string[],
  options: ReadParquetOptions = {},
): Promise<ItemFactors> {
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) {
    return FileSlices.with(only, (file) => readParquetFile(file, only, options));
  }
  const parts: Part[] = [];
  for (const path of paths) {
    parts.push({ path, metadata: await FileSlices.with(path, (file) => metadataOf(file, path)) });
  }
  const total = parts.reduce((sum, { metadata }) => sum + Number(metadata.num_rows), 0);
  const rows = new RowCollector(total);
  for (const part of parts) {
    await FileSlices.with(part.path, (file) => readPart(file, part, rows, total, options));
  }
  return rows.finish(paths);
}

/** The same of one file. */
export async function readParquetFile(
  file: Slices,
  path: string,
  options: ReadParquetOptions = {},
): Promise<ItemFactors> {
  const metadata = await metadataOf(file, path);
  const total = Number(metadata.num_rows);
  const rows = new RowCollector(total);
  await readPart(file, { path, metadata }, rows, total, options);
  return rows.finish([path]);
}

interface Part {
  path: string;
  metadata: FileMetaData;
}

/** Puts rows one below the other. */
class RowCollector {
  private values: Float32Array | null = null;
  private numFactors = 0;
  private readonly keys: (number | string)[] = [];
  private readonly places: { path: string; firstRow: number }[] = [];

  constructor(private readonly expected: number) {}

  get length(): number {
    return this.keys.length;
  }

  begin(path: string): void {
    this.places.push({ path, firstRow: this.keys.length });
  }

  add(id: unknown, features: unknown): void {
    const fail = (text: string): InklingError => factorsError(this.place(this.keys.length), text);
    if (!isList(features))
      throw fail(`features is ${kind(features)}; expected an array of numbers`);
    if (this.values === null) {
      this.numFactors = features.length;
      checkShape(this.expected, this.numFactors, this.place(0));
      this.values = new Float32Array(Math.min(this.expected, FIRST_ROWS) * this.numFactors);
    }
    if (features.length !== this.numFactors) {
      throw fail(
        `features has ${features.length} numbers, and the first row ${this.numFactors}; all rows ` +
          'must be of one model',
      );
    }
    const start = this.keys.length * this.numFactors;
    if (start === this.values.length) this.grow();
    for (let factor = 0; factor < features.length; factor++) {
      const value = features[factor];
      if (typeof value !== 'number') {
        throw fail(`factor ${factor} is ${kind(value)}; expected a number`);
      }
      this.values[start + factor] = value;
    }
    const key = typeof id === 'bigint' ? Number(id) : id;
    if (!Number.isSafeInteger(key) && typeof key !== 'string') {
      throw fail(`id is ${kind(id)}; expected a whole number or text`);
    }
    this.keys.push(key as number | string);
  }

  /** A file may say that it has more rows than there are, so memory is taken as they come. */
  private grow(): void {
    const old = this.values as Float32Array;
    const most = Math.max(this.expected * this.numFactors, old.length + this.numFactors);
    this.values = new Float32Array(Math.min(2 * old.length, most));
    this.values.set(old);
  }

  finish(paths: readonly string[]): ItemFactors {
    const where = paths.length === 1 ? (paths[0] as string) : `${paths.length} Parquet files`;
    if (this.values === null) throw factorsError(where, 'there are no rows; expected item factors');
    return {
      values: this.values.slice(0, this.keys.length * this.numFactors),
      numFactors: this.numFactors,
      keys: this.keys,
      place: (row) => this.place(row),
    };
  }

  private place(row: number): string {
    const part = this.places.findLast(({ firstRow }) => firstRow <= row);
    return `${part?.path}, row ${row - (part?.firstRow ?? 0)} (counted from 0)`;
  }
}

async function readPart(
  file: Slices,
  { path, metadata }: Part,
  rows: RowCollector,
  total: number,
  { signal, onProgress }: ReadParquetOptions,
): Promise<void> {
  rows.begin(path);
  const pages = await understood(path, async () => new PageCheck(metadata, COLUMNS, file.size));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    signal?.throwIfAborted();
    const rowEnd = rowStart + Number(group.num_rows);
    const before = rows.length;
    await understood(path, () =>
      parquetRead({
        file: source(file, pages),
        metadata,
        columns: COLUMNS,
        rowStart,
        rowEnd,
        compressors: COMPRESSORS,
        onComplete: (read) => {
          for (const [id, features] of read) rows.add(id, features);
        },
      }),
    );
    if (rows.length - before !== rowEnd - rowStart) {
      throw factorsError(path, 'there are fewer rows than the file says; it is damaged');
    }
    rowStart = rowEnd;
    onProgress?.(rows.length / total);
  }
  if (rowStart !== Number(metadata.num_rows)) {
    throw factorsError(
      path,
      'its row groups do not have the rows that the file says; it is damaged',
    );
  }
}

async function metadataOf(file: Slices, path: string): Promise<FileMetaData> {
  if (file.size < 12) throw factorsError(path, 'this is not a Parquet file, or it is cut off');
  const metadata = await understood(path, async () => {
    const footer = await footerOf(file);
    checkStruct(new DataView(footer), 0);
    return parquetMetadata(footer, METADATA);
  });
  const columns = await understood(path, async () => topColumns(metadata));
  const missing = COLUMNS.find((name) => !columns.includes(name));
  if (missing === undefined) return metadata;
  throw factorsError(
    path,
    `there is no column ${missing}, only ${columns.join(', ') || 'none'}; expected id and features, ` +
      "as in the itemFactors of Spark's ALSModel",
  );
}

/** The metadata, with its length and the mark at the file's end. */
async function footerOf(file: Slices): Promise<ArrayBuffer> {
  const end = new DataView(await file.slice(file.size - END_BYTES, file.size).arrayBuffer());
  if (end.getUint32(4, true) !== PAR1) throw new Error('it does not end as Parquet does');
  const length = end.getUint32(0, true);
  if (length > file.size - END_BYTES) {
    throw new Error(`metadata of ${length} bytes in a file of ${file.size}`);
  }
  return file.slice(file.size - END_BYTES - length, file.size).arrayBuffer();
}

/** Names of the columns, those inside of others left out. */
function topColumns({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    const children = schema[at]?.num_children ?? 0;
    for (let child = 0; child < children && next < schema.length; child++) next = skip(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skip(at)) names.push(schema[at]?.name ?? '');
  return names;
}

const source = (file: Slices, pages?: PageCheck) => ({
  byteLength: file.size,
  async slice(start: number, end = file.size): Promise<ArrayBuffer> {
    const bytes = await file.slice(start, end).arrayBuffer();
    pages?.check(bytes, start);
    return bytes;
  },
});

/** Failures of the Parquet reader name the file; ours and the file system's are as good as they are. */
async function understood<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = error instanceof InklingError || (error as NodeJS.ErrnoException)?.syscall;
    if (known) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw factorsError(
      path,
      `this cannot be read as Parquet (${detail}); is it whole, and not encrypted?`,
      error,
    );
  }
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || value instanceof Float32Array || value instanceof Float64Array;
}

function kind(value: unknown): string {
  if (value === null || value === undefined) return 'missing (null)';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return Array.isArray(value) ? 'an array' : `of the type ${typeof value}`;
}
