// `npm run sanitize`: all of the core's tests under the thread sanitizer. `npm test` runs those of threads.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPreset } from '../../wasm/toolchain/build.mjs';
import { ensure } from '../../wasm/toolchain/setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const preset = 'native-thread-sanitized';

try {
  await ensure({ for: 'test' });
  buildPreset(preset, { targets: ['inkling_tests'] });
  const program = join(root, 'build', preset, 'tests', 'cpp', 'inkling_tests');
  process.exitCode = spawnSync(program, process.argv.slice(2), { stdio: 'inherit' }).status ?? 1;
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
