import { delimiter, dirname, join } from 'node:path';
import { findEmscripten } from './find-emscripten.mjs';
import { emscriptenFolder, installationState, partsOf } from './installed-emscripten.mjs';
import { projectFolder, toolchainFolder } from './locations.mjs';
import { SetupError } from './setup-error.mjs';
import { installedVersion } from './version.mjs';

/**
 * @typedef {object} EmscriptenEnvironment
 * @property {string} emcc its path
 * @property {string} emcmake its path
 * @property {string} version
 * @property {Record<string, string | undefined>} env the variables to run them with
 */

/**
 * The Emscripten that builds use, and the variables it wants. Asks nothing of
 * the network and starts no program; `ensure` makes that there is one.
 * @returns {EmscriptenEnvironment}
 */
export function emscriptenEnvironment() {
  const { chosen } = findEmscripten({ env: process.env, toolchainFolder });
  if (chosen) {
    const folder = dirname(chosen.emcc);
    return {
      emcc: chosen.emcc,
      emcmake: join(folder, 'emcmake'),
      version: chosen.version,
      env: withFoldersFirst(process.env, [projectPrograms, folder]),
    };
  }
  const folder = emscriptenFolder(toolchainFolder);
  if (installationState(folder) !== 'ready') {
    throw new SetupError(
      'there is no Emscripten to build with.\nRun: node wasm/toolchain/setup.mjs --for start',
    );
  }
  const { emcc, emcmake, scripts, config } = partsOf(folder);
  return {
    emcc,
    emcmake,
    version: installedVersion,
    env: {
      ...withFoldersFirst(withoutOtherEmscripten(process.env), [projectPrograms, scripts]),
      EM_CONFIG: config,
      EMSDK_PYTHON: '/usr/bin/python3',
    },
  };
}

/** `emcc --emit-tsd` runs the project's own `tsc`. */
const projectPrograms = join(projectFolder, 'node_modules', '.bin');

/**
 * @param {Record<string, string | undefined>} env
 * @param {string[]} folders
 */
function withFoldersFirst(env, folders) {
  return { ...env, PATH: [...folders, env.PATH].filter(Boolean).join(delimiter) };
}

/**
 * Every setting of an EM_CONFIG can be overruled by a variable EM_…, and some by
 * older names: those that belong to another Emscripten must not reach ours.
 * @param {Record<string, string | undefined>} env
 */
export function withoutOtherEmscripten(env) {
  const belongsToAnother =
    /^(EM_.*|EMSDK.*|LLVM|LLVM_ADD_VERSION|CLANG_ADD_VERSION|BINARYEN|NODE)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !belongsToAnother.test(name)));
}
