import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { debianMirrors, readSystemSources, sourceForSuite } from './apt-sources.mjs';
import {
  emscriptenFolder,
  installationState,
  partsOf,
  refreshInstallation,
  writeModuleKind,
  writeStamp,
} from './installed-emscripten.mjs';
import { projectFolder } from './locations.mjs';
import { runCommand, runPipe } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';
import { installedVersion } from './version.mjs';
import { makeWholeFolder } from './whole-folder.mjs';

// Debian 13 packages this Emscripten; Debian 12 has the clang it wants. So its
// package, binaryen's, and the C and C++ libraries binaryen was linked with are
// unpacked into a folder of ours, and the system stays as it is.

const suite = 'trixie';
const compilerPackages = ['emscripten', 'binaryen'];
const runtimePackages = ['libc6', 'libstdc++6', 'libgcc-s1'];

/** Half of what the emscripten package holds, and of no use here: dynamic linking, its own tests. */
const leftOut = [
  '*/wasm32-emscripten/pic',
  '*/wasm32-emscripten/lto-pic',
  './usr/share/emscripten/test',
];

const neededBytes = 1.3e9; // 250 MB of packages, 850 MB unpacked

/** Debian's names for a processor → the folder of its libraries, and its loader. */
const architectures = {
  amd64: { triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

/** @typedef {{ triplet: string, loader: string }} Architecture */
/** @typedef {{ say: (line: string) => void, signal?: AbortSignal }} Progress */

/**
 * Installs Emscripten, or fits an installation to the path it was moved to.
 * @param {object} options
 * @param {string} options.toolchainFolder
 * @param {string} options.codename of the running Debian release
 * @param {(line: string) => void} options.say
 * @param {AbortSignal} [options.signal]
 */
export async function installEmscripten({ toolchainFolder, codename, say, signal }) {
  const folder = emscriptenFolder(toolchainFolder);
  const architecture = await thisArchitecture(signal);
  if (installationState(folder) === 'moved') {
    say(`the checkout has moved: fitting Emscripten ${installedVersion} to its new path`);
    await fitInto(folder, folder, architecture, signal);
    refreshInstallation(folder, folder, projectFolder);
    await tryWhereItLies(folder, signal);
    writeStamp(folder, folder);
    return;
  }
  requireSpace(toolchainFolder);
  await makeWholeFolder(folder, async (partial) => {
    const downloads = await download(join(partial, 'downloads'), codename, { say, signal });
    say(`unpacking into ${basename(toolchainFolder)}/${basename(folder)}`);
    await unpack(downloads, partial, signal);
    writeModuleKind(partial);
    await fitInto(partial, folder, architecture, signal);
    refreshInstallation(partial, folder, projectFolder);
    await tryBeforeRenaming(partial, architecture, signal);
    writeStamp(partial, folder);
    signal?.throwIfAborted();
  });
  await tryWhereItLies(folder, signal);
}

/**
 * @param {AbortSignal} [signal]
 * @returns {Promise<Architecture>}
 */
async function thisArchitecture(signal) {
  const name = (await runCommand('dpkg', ['--print-architecture'], { signal })).trim();
  if (Object.hasOwn(architectures, name)) return architectures[name];
  throw new SetupError(
    `this processor is ${name} to Debian; set-up can install Emscripten for ${Object.keys(architectures).join(' and ')}.\n` +
      'Install Emscripten yourself, and put emcc on the PATH or name its SDK in $EMSDK.',
  );
}

/** @param {string} folder */
function requireSpace(folder) {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= neededBytes) return;
  const megabytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1e6)} MB`;
  throw new SetupError(
    `too little space: installing Emscripten takes ${megabytes(neededBytes)}, ` +
      `and the disk of this checkout has ${megabytes(bavail * bsize)} left.\nFree some, then run set-up again.`,
  );
}

/**
 * Lets apt fetch and verify the packages, with a state of its own beside the
 * system's: its one source is the system's mirror, its keys are the system's.
 * @param {string} folder
 * @param {string} codename
 * @param {Progress} progress
 * @returns {Promise<string[]>} the files
 */
async function download(folder, codename, { say, signal }) {
  const mirrors = debianMirrors(readSystemSources(), codename);
  if (mirrors.length === 0) {
    throw new SetupError(
      `apt's sources name no Debian mirror for ${codename} (an entry with the suite ${codename} and the component main), ` +
        `so there is nowhere to take Emscripten ${installedVersion} from.\n` +
        'Add one under the apt configuration, or install Emscripten yourself and put emcc on the PATH.',
    );
  }
  say(`downloading Emscripten ${installedVersion} from this system's Debian mirror (250 MB)`);
  const lists = join(folder, 'lists');
  const cache = join(folder, 'cache');
  const sourceFile = join(folder, 'mirror.sources');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  mkdirSync(join(cache, 'archives', 'partial'), { recursive: true });
  const privately = [
    ['Dir::State::Lists', lists],
    ['Dir::Cache', cache],
    ['Dir::Etc::SourceList', sourceFile],
    ['Dir::Etc::SourceParts', '/dev/null'],
    ['Dir::Etc::Preferences', '/dev/null'],
    ['Dir::Etc::PreferencesParts', '/dev/null'],
  ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);

  const packages = [...compilerPackages, ...runtimePackages];
  const wanted = packages.map((name) => `${name}/${suite}`);
  for (const [index, mirror] of mirrors.entries()) {
    writeFileSync(sourceFile, sourceForSuite(mirror, suite));
    try {
      await runCommand('apt-get', [...privately, 'update'], { signal });
      await runCommand('apt-get', [...privately, 'download', ...wanted], { cwd: folder, signal });
      break;
    } catch (error) {
      if (signal?.aborted || index === mirrors.length - 1) throw error;
    }
  }
  const files = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  if (!files.some((name) => name.startsWith(`emscripten_${installedVersion}`))) {
    throw new SetupError(
      `the Debian mirror has another Emscripten than ${installedVersion}: it sent ${files.join(', ')}.\n` +
        `Set-up expects the one of Debian's ${suite}; look at what the mirror calls ${suite}.`,
    );
  }
  return files.map((name) => join(folder, name));
}

/**
 * @param {string[]} downloads
 * @param {string} partial
 * @param {AbortSignal} [signal]
 */
async function unpack(downloads, partial, signal) {
  const { runtime } = partsOf(partial);
  mkdirSync(runtime);
  const without = leftOut.map((pattern) => `--exclude=${pattern}`);
  for (const file of downloads) {
    const isCompiler = compilerPackages.some((name) => basename(file).startsWith(`${name}_`));
    const target = isCompiler ? partial : runtime;
    await runPipe(['dpkg-deb', '--fsys-tarfile', file], ['tar', '-x', '-C', target, ...without], {
      signal,
    });
    rmSync(file);
  }
  rmSync(join(partial, 'downloads'), { recursive: true });
}

/**
 * Makes binaryen's programs run on the libraries unpacked beside them. Their
 * loader needs an absolute path, that of the final folder; the libraries are
 * found relative to the program.
 * @param {string} where the folder to write in
 * @param {string} folder the path it has or will have
 * @param {Architecture} architecture
 * @param {AbortSignal} [signal]
 */
async function fitInto(where, folder, { triplet, loader }, signal) {
  const libraries = join('usr', 'lib', triplet);
  const interpreter = join(partsOf(folder).runtime, libraries, loader);
  const programsFolder = join(where, 'usr', 'bin');
  const programs = readdirSync(programsFolder).filter((name) => /^wasm(-|2js$)/.test(name));
  for (const name of programs) {
    const rpath = `$ORIGIN/../lib/${triplet}:$ORIGIN/../../runtime/${libraries}`;
    await patch(
      join(programsFolder, name),
      ['--set-interpreter', interpreter, '--set-rpath', rpath],
      signal,
    );
  }
  const binaryenLibrary = join(where, libraries, 'libbinaryen.so');
  await patch(binaryenLibrary, ['--set-rpath', `$ORIGIN/../../../runtime/${libraries}`], signal);
}

/**
 * @param {string} file
 * @param {string[]} changes
 * @param {AbortSignal} [signal]
 */
async function patch(file, changes, signal) {
  const patched = `${file}.partial`;
  // --force-rpath: or LD_LIBRARY_PATH would come first.
  await runCommand('patchelf', ['--force-rpath', ...changes, '--output', patched, file], {
    signal,
  });
  renameSync(patched, file);
}

/**
 * The programs name a loader that has its path only after the renaming, so here
 * the loader is started by hand.
 * @param {string} partial
 * @param {Architecture} architecture
 * @param {AbortSignal} [signal]
 */
async function tryBeforeRenaming(partial, { triplet, loader }, signal) {
  const { runtime, wasmOpt, emcc, config } = partsOf(partial);
  await runCommand(join(runtime, 'usr', 'lib', triplet, loader), [wasmOpt, '--version'], {
    signal,
  });
  const env = { ...process.env, EM_CONFIG: config, EMSDK_PYTHON: '/usr/bin/python3' };
  const answer = await runCommand(emcc, ['--version'], { env, signal });
  if (!answer.includes(` ${installedVersion} `)) {
    throw new SetupError(
      `the unpacked emcc should say that it is ${installedVersion}; it said:\n  ${answer.trim()}`,
    );
  }
}

/**
 * @param {string} folder
 * @param {AbortSignal} [signal]
 */
async function tryWhereItLies(folder, signal) {
  try {
    await runCommand(partsOf(folder).wasmOpt, ['--version'], { signal });
  } catch (error) {
    if (!signal?.aborted) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
