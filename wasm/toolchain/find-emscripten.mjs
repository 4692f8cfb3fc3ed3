import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { isNewEnough, parseVersion } from './version.mjs';

/**
 * @typedef {object} FoundEmscripten
 * @property {string} emcc its path
 * @property {string} version
 * @property {string} where '$EMSDK' or 'PATH'
 */

/**
 * The Emscripten that the user has already: on the PATH first, then in $EMSDK.
 * One that set-up installed does not count, though a build may have put it on
 * the PATH.
 * @param {object} options
 * @param {Record<string, string | undefined>} options.env
 * @param {string} options.toolchainFolder
 * @returns {{ chosen: FoundEmscripten | null, tooOld: FoundEmscripten[] }}
 */
export function findEmscripten({ env, toolchainFolder }) {
  const candidates = (env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => {
      return { emcc: join(folder, 'emcc'), where: 'PATH' };
    });
  if (env.EMSDK) {
    candidates.push({ emcc: join(env.EMSDK, 'upstream', 'emscripten', 'emcc'), where: '$EMSDK' });
  }
  /** @type {FoundEmscripten[]} */
  const tooOld = [];
  const asked = new Set();
  for (const { emcc, where } of candidates) {
    if (!isProgram(emcc)) continue;
    const target = realpathSync(emcc);
    if (asked.has(target) || isInside(toolchainFolder, target)) continue;
    asked.add(target);
    const version = emccVersion(emcc, target);
    if (version === null) continue; // does not even tell its version
    if (isNewEnough(version)) return { chosen: { emcc, version, where }, tooOld };
    tooOld.push({ emcc, version, where });
  }
  return { chosen: null, tooOld };
}

/**
 * @param {string} emcc
 * @param {string} target the file that emcc is or links to
 */
function emccVersion(emcc, target) {
  try {
    // At hand in an SDK and in most packages, and far quicker than asking.
    return parseVersion(readFileSync(join(dirname(target), 'emscripten-version.txt'), 'utf8'));
  } catch {
    const answer = spawnSync(emcc, ['--version'], { encoding: 'utf8' });
    return parseVersion(answer.stdout ?? '');
  }
}

/** @param {string} file */
export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * @param {string} folder
 * @param {string} file a path without symbolic links
 */
function isInside(folder, file) {
  let real = folder;
  try {
    real = realpathSync(folder);
  } catch {
    return false; // there is no such folder
  }
  return !relative(real, file).startsWith('..');
}
