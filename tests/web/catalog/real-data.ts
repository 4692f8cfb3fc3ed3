import { existsSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../../../shared/data/', import.meta.url);

/** A file of the data sets beside the checkout, or null, said aloud, where there is none. */
export function realData(path: string): Uint8Array | null {
  const url = new URL(path, FOLDER);
  if (existsSync(url)) return readFileSync(url);
  console.log(`The data set ${path} is absent; generated data takes its place.`);
  return null;
}
