import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where Chromium keeps databases, in the folder of a profile: the usual ones, and those of storage buckets. */
export type DatabasePlace = 'IndexedDB' | 'WebStorage';

/** Spoils all that a Chromium which has ended has written of its databases in one place. @returns how many files */
export async function damageDatabases(profile: string, place: DatabasePlace): Promise<number> {
  const folder = join(profile, 'Default', place);
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => /leveldb\/\d+\.(log|ldb)$/.test(name));
  for (const file of files) {
    const bytes = await readFile(join(folder, file));
    await writeFile(join(folder, file), bytes.fill(0xa5, 10, bytes.length - 10));
  }
  return files.length;
}
