import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of these programs that is there. */
export function programOnPath(names) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}
