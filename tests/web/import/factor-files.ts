import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { seededRandom } from '../clustered-data.js';

/** Rows of numbers that float32 holds exactly. */
export type Matrix = number[][];

export function randomMatrix(rows: number, columns: number, seed = 1): Matrix {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Math.fround(random() * 2 - 1)),
  );
}

export const flat = (matrix: Matrix): Float32Array => Float32Array.from(matrix.flat());

/** A file that NumPy itself wrote; see made-by-numpy/make.py. */
export const madeByNumPy = (name: string): string =>
  fileURLToPath(new URL(`./made-by-numpy/${name}`, import.meta.url));

/** A folder that is gone after the tests of the file. */
export function useFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-import-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  return {
    folder,
    at,
    has: (name: string) => existsSync(at(name)),
    read: (name: string) => readFileSync(at(name)),
    write(name: string, content: string | Uint8Array): string {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), content);
      return at(name);
    },
  };
}

/** A .npy file, by the description of the format. */
export function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const start = version === 1 ? 10 : 12;
  const text = `${header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1)}\n`;
  const prefix = new DataView(new ArrayBuffer(start));
  new Uint8Array(prefix.buffer).set([0x93, ...Buffer.from('NUMPY'), version, 0]);
  if (version === 1) prefix.setUint16(8, text.length, true);
  else prefix.setUint32(8, text.length, true);
  return Buffer.concat([new Uint8Array(prefix.buffer), Buffer.from(text), data]);
}

export function npyMatrix(matrix: Matrix): Uint8Array {
  const shape = `(${matrix.length}, ${matrix[0]?.length ?? 0})`;
  return npy(
    `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`,
    new Uint8Array(flat(matrix).buffer),
  );
}

export function npyNumber(value: number): Uint8Array {
  return npy(
    "{'descr': '<f8', 'fortran_order': False, 'shape': (), }",
    new Uint8Array(Float64Array.of(value).buffer),
  );
}

/** A safetensors file of F32 matrices and whatever else its header should say. */
export function safetensors(matrices: Record<string, Matrix>, extra: object = {}): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { made_by: 'a test' }, ...extra };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, matrix] of Object.entries(matrices)) {
    const bytes = new Uint8Array(flat(matrix).buffer);
    const shape = [matrix.length, matrix[0]?.length ?? 0];
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    parts.push(bytes);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(text.length), true);
  return Buffer.concat([new Uint8Array(length.buffer), text, ...parts]);
}

/** Runs SQL with DuckDB, whose Parquet writer has nothing to do with what reads here. */
export type Sql = (statement: string) => Promise<void>;

/** Null where DuckDB has no binary for this platform: then nothing can be said about Parquet. */
export async function openDuckDb(): Promise<Sql | null> {
  try {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    return async (statement) => void (await connection.run(statement));
  } catch (error) {
    console.warn(`DuckDB cannot be had here; Parquet is not tested: ${(error as Error).message}`);
    return null;
  }
}

/** Rows as Spark's ALSModel has them, as a table for DuckDB's COPY. */
export function sparkRows(rows: readonly { id: number; features: readonly number[] }[]): string {
  const values = rows.map(({ id, features }) => {
    const list = features.map((value) => `'${value}'::DOUBLE::FLOAT`).join(', ');
    return `(${id}::INTEGER, [${list}]::FLOAT[])`;
  });
  return `(SELECT * FROM (VALUES ${values.join(', ')}) rows(id, features))`;
}

/**
 * What ALSModel.save leaves in a folder: part files of rows in any order, checksums and a mark. A part file may be without rows.
 */
export async function writeSparkModel(
  sql: Sql,
  write: (name: string, content: string) => string,
  name: string,
  matrix: Matrix,
  { parts = 3, codec = 'snappy', idOf = (row: number) => row } = {},
): Promise<void> {
  const random = seededRandom(9);
  const shuffled = matrix
    .map((features, row) => ({ id: idOf(row), features, order: random() }))
    .sort((a, b) => a.order - b.order);
  write(`${name}/metadata/part-00000`, '{"class":"org.apache.spark.ml.recommendation.ALSModel"}');
  write(`${name}/itemFactors/_SUCCESS`, '');
  write(`${name}/itemFactors/._SUCCESS.crc`, 'crc');
  for (let part = 0; part < parts; part++) {
    const file = `${name}/itemFactors/part-0000${part}-0a1b.${codec}.parquet`;
    write(file.replace(/([^/]+)$/, '.$1.crc'), 'crc');
    const path = write(file, '').replaceAll("'", "''");
    const rows = shuffled.filter((_, n) => n % parts === part);
    const table = rows.length > 0 ? sparkRows(rows) : `${sparkRows(shuffled)} LIMIT 0`;
    await sql(
      `COPY (FROM ${table}) TO '${path}' (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE 2048)`,
    );
  }
}
