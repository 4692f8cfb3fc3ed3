// The same core compiled for this machine, but for vectors as WebAssembly has them: the difference to it is what
// WebAssembly costs, that to `native` what wider vectors bring.
import { openNative } from './native.mjs';

/** @type {import('../measure.mjs').OpenContestant} */
export async function open(options) {
  if (process.arch !== 'x64') return { missing: 'its vectors are those of x86-64' };
  return openNative('native-128', 'vectors of 128 bits', options);
}
