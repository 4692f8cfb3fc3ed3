import { rmSync } from 'node:fs';
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Engine } from '../engine/engine.js';
import type { TrainedModel } from '../engine/trained-model.js';
import { InklingError } from '../errors.js';
import type { FactorStorage } from '../types.js';
import { CommandError, fileProblem } from './failures.js';

/**
 * Says early that a file could not be written, before hours of work go into it.
 *
 * @throws CommandError naming the path.
 */
export async function checkOutputPath(path: string): Promise<void> {
  const directory = dirname(path);
  const parent = await stat(directory).catch(() => null);
  if (!parent?.isDirectory()) {
    throw new CommandError(`${path}: there is no directory ${directory}; create it first.`);
  }
  const existing = await stat(path).catch(() => null);
  if (existing?.isDirectory()) {
    throw new CommandError(`${path}: this is a directory; give the path of a file to write.`);
  }
}

/** The bytes of a model file. @throws CommandError naming the path, where the storage does not hold the model */
export function modelFileOf(
  engine: Engine,
  model: TrainedModel,
  storage: FactorStorage | undefined,
  path: string,
): Uint8Array {
  try {
    return engine.saveModel(model, storage);
  } catch (error) {
    if (!(error instanceof InklingError) || error.code !== 'invalid_argument') throw error;
    throw new CommandError(`${path}: ${error.message}.`, { cause: error });
  }
}

/**
 * Writes a file whole or not at all: beside it first, then renamed. On failure nothing is left and
 * a file of the same name stays as it was. Where a symbolic link stands, the file it leads to is replaced; a device or
 * a pipe is written to.
 *
 * @throws CommandError naming the path.
 */
export async function writeWholeFile(path: string, bytes: Uint8Array): Promise<void> {
  const existing = await stat(path).catch(() => null);
  if (existing && !existing.isFile()) {
    try {
      await writeFile(path, bytes);
    } catch (error) {
      throw new CommandError(`${path}: cannot be written: ${fileProblem(error)}.`, {
        cause: error,
      });
    }
    return;
  }
  const target = existing ? await realpath(path) : path;
  const partial = `${target}.${process.pid}.partial`;
  const tidy = (): void => rmSync(partial, { force: true });
  process.once('exit', tidy); // a second Ctrl-C does not wait for the end of this
  try {
    const file = await open(partial, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw new CommandError(`${path}: cannot be written: ${fileProblem(error)}.`, { cause: error });
  } finally {
    process.off('exit', tidy);
  }
}
