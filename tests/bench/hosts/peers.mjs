import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../wasm/toolchain/locations.mjs';

/** Name and version of an installed package, for the list of what was measured. */
export function packageVersion(name) {
  const file = join(projectFolder, 'node_modules', name, 'package.json');
  return { [name]: JSON.parse(readFileSync(file, 'utf8')).version };
}
