import { rmSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
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

/**
 * Writes a file whole or not at all: beside it first, then renamed. On failure nothing is left and
 * a file of the same name stays as it was.
 *
 * @throws CommandError naming the path.
 */
export async function writeWholeFile(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
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
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw new CommandError(`${path}: cannot be written: ${fileProblem(error)}.`, { cause: error });
  } finally {
    process.off('exit', tidy);
  }
}
