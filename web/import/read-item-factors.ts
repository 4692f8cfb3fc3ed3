import { readFile, stat } from 'node:fs/promises';
import { FileSlices } from './file-slices.js';
import { checkFileSize, checkFinite, factorsError, type ItemFactors } from './item-factors.js';
import { readNpy } from './npy.js';
import { readNpz } from './npz.js';
import { parquetFiles, readParquet } from './parquet.js';
import { readSafetensors } from './safetensors.js';

export interface ReadFactorsOptions {
  /** Which tensor of a safetensors file. */
  tensor?: string;
  /** How many numbers a row of a .npy or safetensors file may have, where not as many as a model's factors. */
  most?: number;
  signal?: AbortSignal;
  /** With fractions from 0 to 1. */
  onProgress?: (fraction: number) => void;
}

export const FACTOR_FORMATS = ['parquet', 'npz', 'npy', 'safetensors'] as const;
export type FactorFormat = (typeof FACTOR_FORMATS)[number];

/**
 * Which format a path has: by its ending; folders are Spark's.
 *
 * @throws InklingError `invalid_factors`; what the file system throws
 */
export async function factorFormat(path: string): Promise<FactorFormat> {
  if ((await stat(path)).isDirectory()) return 'parquet';
  const format = FACTOR_FORMATS.find((ending) => path.toLowerCase().endsWith(`.${ending}`));
  if (format !== undefined) return format;
  throw factorsError(
    path,
    `the ending tells no format that can be read; expected a folder of Spark's, or ${FACTOR_FORMATS.map((ending) => `.${ending}`).join(', ')}`,
  );
}

/**
 * Reads item factors trained elsewhere, and checks that they are finite.
 *
 * @throws InklingError `invalid_factors`, `too_large`, naming file and row; what the file system throws
 */
export async function readItemFactors(
  path: string,
  format: FactorFormat,
  options: ReadFactorsOptions = {},
): Promise<ItemFactors> {
  const factors = await read(path, format, options);
  options.signal?.throwIfAborted();
  checkFinite(factors);
  return factors;
}

async function read(
  path: string,
  format: FactorFormat,
  options: ReadFactorsOptions,
): Promise<ItemFactors> {
  if (format === 'parquet') return readParquet(await parquetFiles(path), options);
  if (format === 'npz') return FileSlices.with(path, (file) => readNpz(file, path));
  if (format === 'safetensors') {
    return FileSlices.with(path, (file) =>
      readSafetensors(file, path, options.tensor, options.most),
    );
  }
  checkFileSize((await stat(path)).size, path);
  return readNpy(await readFile(path, { signal: options.signal }), path, options.most);
}
