import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isProgram } from './find-emscripten.mjs';
import { installedVersion, oldestVersion } from './version.mjs';

// Systems on which set-up installs nothing itself: it looks for what is needed
// and says how to get the rest.

/**
 * @typedef {object} Need
 * @property {string} what
 * @property {string[]} [programs] any of these on the PATH
 * @property {string} [header] or this C++ header in a usual place
 * @property {'start' | 'test'} for what it is needed for; tests need the rest too
 * @property {Record<string, string>} install package manager → what to install with it;
 *   one that is left out has no such package
 * @property {string[]} [notOn] package managers of systems where the thing does not exist
 */

/** @type {Need[]} */
const needs = [
  {
    what: 'CMake',
    programs: ['cmake'],
    for: 'start',
    install: { brew: 'cmake', dnf: 'cmake', pacman: 'cmake', 'apt-get': 'cmake' },
  },
  {
    what: 'Ninja',
    programs: ['ninja', 'ninja-build'],
    for: 'start',
    install: { brew: 'ninja', dnf: 'ninja-build', pacman: 'ninja', 'apt-get': 'ninja-build' },
  },
  {
    what: 'Eigen 3',
    header: 'Eigen/Core',
    for: 'start',
    install: { brew: 'eigen', dnf: 'eigen3-devel', pacman: 'eigen', 'apt-get': 'libeigen3-dev' },
  },
  {
    what: 'doctest',
    header: 'doctest/doctest.h',
    for: 'test',
    install: { brew: 'doctest', dnf: 'doctest-devel', pacman: 'doctest', 'apt-get': 'doctest-dev' },
  },
  {
    what: 'a C++20 compiler',
    programs: ['c++', 'g++', 'clang++'],
    for: 'test',
    install: { brew: 'llvm', dnf: 'gcc-c++', pacman: 'gcc', 'apt-get': 'g++' },
  },
  {
    what: 'clang-format',
    programs: ['clang-format-19', 'clang-format'],
    for: 'test',
    install: {
      brew: 'clang-format',
      dnf: 'clang-tools-extra',
      pacman: 'clang',
      'apt-get': 'clang-format',
    },
  },
  {
    what: 'clang-tidy',
    programs: ['clang-tidy-19', 'clang-tidy'],
    for: 'test',
    install: { brew: 'llvm', dnf: 'clang-tools-extra', pacman: 'clang', 'apt-get': 'clang-tidy' },
  },
  {
    what: 'Chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    for: 'test',
    install: {
      brew: '--cask chromium',
      dnf: 'chromium',
      pacman: 'chromium',
      'apt-get': 'chromium',
    },
  },
  {
    what: 'Firefox',
    programs: ['firefox-esr', 'firefox'],
    for: 'test',
    install: { brew: '--cask firefox', dnf: 'firefox', pacman: 'firefox', 'apt-get': 'firefox' },
  },
  {
    what: "WebKitGTK's driver",
    programs: ['WebKitWebDriver'],
    for: 'test',
    install: { dnf: 'webkit2gtk4.1', pacman: 'webkit2gtk-4.1', 'apt-get': 'webkit2gtk-driver' },
    notOn: ['brew'],
  },
  {
    what: 'Xvfb',
    programs: ['Xvfb'],
    for: 'test',
    install: { dnf: 'xorg-x11-server-Xvfb', pacman: 'xorg-server-xvfb', 'apt-get': 'xvfb' },
    notOn: ['brew'],
  },
];

/** Where headers lie that a package manager installed. */
const headerFolders = [
  '/usr/include',
  '/usr/local/include',
  '/opt/homebrew/include',
  '/opt/local/include',
];

/**
 * @param {'start' | 'test'} purpose
 * @param {object} options
 * @param {string | null} options.packageManager
 * @param {(program: string) => boolean} options.hasProgram
 * @param {(header: string) => boolean} options.hasHeader
 * @returns {Need[]} what is not there, Emscripten aside
 */
export function missingNeeds(purpose, { packageManager, hasProgram, hasHeader }) {
  return needs
    .filter((need) => purpose === 'test' || need.for === 'start')
    .filter((need) => !need.notOn?.includes(packageManager ?? ''))
    .filter((need) => !need.programs?.some(hasProgram) && !(need.header && hasHeader(need.header)));
}

/** @param {Record<string, string | undefined>} env */
export function lookOnThisSystem(env) {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const appFolders = {
    chromium: 'Chromium.app',
    'google-chrome': 'Google Chrome.app',
    firefox: 'Firefox.app',
  };
  const include = [env.CPATH, env.CPLUS_INCLUDE_PATH].flatMap(
    (list) => list?.split(delimiter) ?? [],
  );
  const prefixes = (env.CMAKE_PREFIX_PATH ?? '')
    .split(delimiter)
    .map((prefix) => prefix && join(prefix, 'include'));
  const allHeaderFolders = [...headerFolders, ...include, ...prefixes].filter(Boolean);
  return {
    hasProgram: (/** @type {string} */ program) =>
      folders.some((folder) => isProgram(join(folder, program))) ||
      (program in appFolders && existsSync(join('/Applications', appFolders[program]))),
    hasHeader: (/** @type {string} */ header) =>
      allHeaderFolders.some(
        (folder) => existsSync(join(folder, header)) || existsSync(join(folder, 'eigen3', header)),
      ),
  };
}

/**
 * What is missing and how to get it.
 * @param {object} options
 * @param {import('./operating-system.mjs').OperatingSystem} options.system
 * @param {Need[]} options.missing
 * @param {boolean} options.emscriptenMissing
 * @param {import('./find-emscripten.mjs').FoundEmscripten[]} options.tooOld
 */
export function missingMessage({ system, missing, emscriptenMissing, tooOld }) {
  const { name, packageManager } = system;
  const lines = [
    `set-up installs things on Debian 12 and 13 only, and this is ${name}. Missing here:`,
  ];
  if (emscriptenMissing) {
    lines.push(
      `  Emscripten ${oldestVersion} or newer (emcc on the PATH, or its SDK named by $EMSDK)`,
    );
    for (const { emcc, version } of tooOld)
      lines.push(`    found ${version}, which is too old: ${emcc}`);
  }
  for (const need of missing) {
    const sought = need.programs
      ? `on the PATH: ${need.programs.join(' or ')}`
      : `the header ${need.header}`;
    lines.push(`  ${need.what} (${sought})`);
  }
  return [
    ...lines,
    '',
    'What to do:',
    ...cures(packageManager, missing, emscriptenMissing),
    'Then run set-up again.',
  ].join('\n');
}

/**
 * @param {string | null} packageManager
 * @param {Need[]} missing
 * @param {boolean} emscriptenMissing
 */
function cures(packageManager, missing, emscriptenMissing) {
  const lines = [];
  const installLine = {
    brew: 'brew install',
    dnf: 'sudo dnf install',
    pacman: 'sudo pacman -S',
    'apt-get': 'sudo apt-get install --no-install-recommends',
  };
  if (packageManager) {
    const names = missing.map((need) => need.install[packageManager]);
    const casks = names.filter((name) => name?.startsWith('--cask '));
    const packages = new Set(names.filter((name) => name && !casks.includes(name)));
    if (packages.size > 0)
      lines.push(`  ${installLine[packageManager]} ${[...packages].join(' ')}`);
    for (const cask of casks) lines.push(`  ${installLine[packageManager]} ${cask}`);
  } else if (missing.length > 0) {
    lines.push('  install the things named above with the package manager of this system');
  }
  if (emscriptenMissing) {
    if (['brew', 'dnf', 'pacman'].includes(packageManager ?? '')) {
      lines.push(`  ${installLine[packageManager]} emscripten`);
      lines.push(`  or, with Emscripten's SDK (emsdk):`);
    } else {
      lines.push(`  get Emscripten's SDK (emsdk), and in its folder:`);
    }
    lines.push(`    ./emsdk install ${installedVersion} && ./emsdk activate ${installedVersion}`);
    lines.push('    . ./emsdk_env.sh');
  }
  return lines;
}
