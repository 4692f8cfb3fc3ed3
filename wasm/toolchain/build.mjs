// Configures and builds CMake presets: node wasm/toolchain/build.mjs PRESET… [--target NAME]…
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emscriptenEnvironment } from './emscripten-environment.mjs';
import { projectFolder } from './locations.mjs';

/** The variants of the engine, and the preset each is built by. */
export const WASM_PRESETS = {
  simd: 'wasm-simd',
  'simd-threads': 'wasm-simd-threads',
  'relaxed-threads': 'wasm-relaxed-threads',
};

/**
 * Builds one preset; quick when nothing has changed.
 * @param {string} preset
 * @param {{ targets?: string[], quiet?: boolean }} options targets: which executables
 */
export function buildPreset(preset, { targets = [], quiet = true }) {
  const wasm = preset.startsWith('wasm-');
  const emscripten = wasm ? emscriptenEnvironment() : null;
  const env = emscripten?.env ?? process.env;
  const folder = join(projectFolder, 'build', preset);
  // Tests need doctest, which those who only start the demo do not have.
  const tests = targets.some(
    (target) => !target.startsWith('inkling_web') && !target.startsWith('inkling_node'),
  );
  const configured = isConfigured(folder, emscripten?.emcc);
  if (!configured || (tests && !hasTests(folder))) {
    const command = ['cmake', ...(configured ? [] : ['--fresh']), '--preset', preset];
    const options = [`-DINKLING_BUILD_TESTS=${tests ? 'ON' : 'OFF'}`];
    run([...(emscripten ? [emscripten.emcmake] : []), ...command, ...options], env, quiet);
  }
  const selection = targets.length > 0 ? ['--target', ...targets] : [];
  run(['cmake', '--build', folder, ...selection], env, quiet);
}

/** A build folder of another compiler, or of a checkout that has been moved, starts afresh. */
function isConfigured(folder, emcc) {
  const cache = join(folder, 'CMakeCache.txt');
  if (!existsSync(cache) || !existsSync(join(folder, 'build.ninja'))) return false;
  const text = readFileSync(cache, 'utf8');
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(text)?.[1];
  if (home !== projectFolder.replace(/\/$/, '')) return false;
  return emcc === undefined || text.includes(emcc.slice(0, emcc.lastIndexOf('/')));
}

function hasTests(folder) {
  return /^INKLING_BUILD_TESTS:BOOL=ON$/m.test(
    readFileSync(join(folder, 'CMakeCache.txt'), 'utf8'),
  );
}

function run([program, ...args], env, quiet) {
  const result = spawnSync(program, args, {
    cwd: projectFolder,
    env,
    encoding: 'utf8',
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    maxBuffer: 1 << 28,
  });
  if (result.status === 0) return;
  if (quiet) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  throw new Error(
    `${program} ${args.join(' ')} failed (${result.error?.message ?? `status ${result.status}`})`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const presets = [];
  const targets = [];
  while (args.length > 0) {
    const arg = args.shift();
    if (arg === '--target') targets.push(args.shift());
    else presets.push(arg);
  }
  try {
    for (const preset of presets) buildPreset(preset, { targets, quiet: false });
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
