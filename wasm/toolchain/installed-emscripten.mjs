import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { installedVersion } from './version.mjs';

// What an Emscripten that set-up installed looks like on disk: where its parts
// lie, and how it is seen to be whole.

/** Raised when an installation made by an earlier set-up must be made anew. */
const recipe = 1;

/** @param {string} toolchainFolder */
export function emscriptenFolder(toolchainFolder) {
  return join(toolchainFolder, `emscripten-${installedVersion}`);
}

/** @param {string} folder of the installation */
export function partsOf(folder) {
  const scripts = join(folder, 'usr', 'share', 'emscripten');
  return {
    scripts,
    emcc: join(scripts, 'emcc'),
    emcmake: join(scripts, 'emcmake'),
    binaryen: join(folder, 'usr'),
    wasmOpt: join(folder, 'usr', 'bin', 'wasm-opt'),
    /** The C and C++ libraries that binaryen's programs run on. */
    runtime: join(folder, 'runtime'),
    config: join(folder, 'emscripten.config'),
    stamp: join(folder, 'installed.json'),
    acornLink: join(scripts, 'node_modules', 'acorn'),
  };
}

/**
 * 'moved' means whole, but fitted to another path: its programs name their
 * loader by an absolute one.
 * @param {string} folder
 * @returns {'ready' | 'moved' | 'absent'}
 */
export function installationState(folder) {
  const { stamp, emcc } = partsOf(folder);
  if (!existsSync(stamp) || !existsSync(emcc)) return 'absent';
  const found = JSON.parse(readFileSync(stamp, 'utf8'));
  if (found.version !== installedVersion || found.recipe !== recipe) return 'absent';
  return found.folder === folder ? 'ready' : 'moved';
}

/**
 * @param {string} where the folder to write in
 * @param {string} folder the folder that the programs are fitted to
 */
export function writeStamp(where, folder) {
  const stamp = { version: installedVersion, recipe, folder };
  writeWhole(partsOf(where).stamp, `${JSON.stringify(stamp, null, 2)}\n`);
}

/**
 * Tells Node.js that the compiler's scripts named .js are no ES modules: without
 * a package.json of their own they would take after the project's, and fail.
 * @param {string} where
 */
export function writeModuleKind(where) {
  writeFileSync(join(where, 'package.json'), '{ "private": true, "type": "commonjs" }\n');
}

/**
 * The settings file that EM_CONFIG names. It is Python; a JSON string is one there.
 * @param {string} folder
 * @param {string} node the Node.js that runs the JavaScript parts of the compiler
 */
export function configText(folder, node) {
  return [
    `LLVM_ROOT = '/usr/bin'`,
    `LLVM_ADD_VERSION = '19'`,
    `CLANG_ADD_VERSION = '19'`,
    `BINARYEN_ROOT = ${JSON.stringify(partsOf(folder).binaryen)}`,
    `NODE_JS = ${JSON.stringify(node)}`,
    'FROZEN_CACHE = True',
    '',
  ].join('\n');
}

/**
 * Brings the parts that depend on today's machine up to date: the settings name
 * the Node.js that runs set-up, and the compiler finds the project's acorn.
 * @param {string} where the folder to write in
 * @param {string} folder the path that the installation has or will have
 * @param {string} projectFolder
 */
export function refreshInstallation(where, folder, projectFolder) {
  const { config, acornLink } = partsOf(where);
  const wanted = configText(folder, process.execPath);
  if (!existsSync(config) || readFileSync(config, 'utf8') !== wanted) writeWhole(config, wanted);

  mkdirSync(dirname(acornLink), { recursive: true });
  // The link goes up from where it really lies, and stays right when
  // node_modules is removed and made anew.
  const target = relative(
    realpathSync(dirname(acornLink)),
    join(projectFolder, 'node_modules', 'acorn'),
  );
  if (linkTarget(acornLink) !== target) {
    rmSync(acornLink, { force: true });
    symlinkSync(target, acornLink);
  }
}

/** @param {string} link */
function linkTarget(link) {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

/**
 * Writes a file so that nobody, nor the next start, ever sees a part of it.
 * @param {string} file
 * @param {string} text
 */
function writeWhole(file, text) {
  const partial = `${file}.partial`;
  writeFileSync(partial, text);
  renameSync(partial, file);
}
