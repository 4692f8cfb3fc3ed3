import { spawnSync } from 'node:child_process';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

/** For building: native and wasm. */
const buildPackages = ['cmake', 'ninja-build', 'libeigen3-dev'];

/** What Emscripten runs, and what fits its own programs to this system. */
const emscriptenPackages = ['clang-19', 'lld-19', 'llvm-19', 'patchelf', 'python3'];

/**
 * For the tests: the native ones, the fuzzer and the sanitizers that only Clang has, the format and lint checks, three
 * browsers, and what a transformer's logits are worked out with a second time.
 */
const testPackages = [
  ...['g++', 'doctest-dev', 'clang-format-19', 'clang-tidy-19'],
  ...['clang-19', 'libclang-rt-19-dev'],
  ...['chromium', 'firefox-esr', 'webkit2gtk-driver', 'xvfb', 'xauth'],
  'python3-numpy',
];

/**
 * @param {'start' | 'test'} purpose
 * @param {{ ownEmscripten: boolean }} options whether set-up provides Emscripten itself
 */
export function packagesFor(purpose, { ownEmscripten }) {
  const packages = [
    ...buildPackages,
    ...(ownEmscripten ? emscriptenPackages : []),
    ...(purpose === 'test' ? testPackages : []),
  ];
  return [...new Set(packages)]; // Emscripten and the tests share a compiler
}

/**
 * @param {string[]} packages
 * @returns {string[]} those that are not installed
 */
export function missingPackages(packages) {
  const format = `\${db:Status-Abbrev}\t\${Package}\n`;
  const query = spawnSync('dpkg-query', ['-W', '-f', format, ...packages], { encoding: 'utf8' });
  if (query.error) {
    throw new SetupError(
      `could not run dpkg-query, which every Debian has: ${query.error.message}`,
    );
  }
  return notInstalled(packages, query.stdout);
}

/**
 * @param {string[]} packages
 * @param {string} answer of dpkg-query: lines of the wanted state, the state, and the name;
 *   it leaves out the packages it has never heard of
 */
export function notInstalled(packages, answer) {
  const installed = new Set();
  for (const line of answer.split('\n')) {
    const [state, name] = line.split('\t');
    if (state?.[1] === 'i') installed.add(name);
  }
  return packages.filter((name) => !installed.has(name));
}

/**
 * @param {string[]} packages
 * @param {object} options
 * @param {(line: string) => void} options.say
 * @param {AbortSignal} [options.signal]
 */
export async function installPackages(packages, { say, signal }) {
  if (process.getuid?.() !== 0) throw new SetupError(needsRootMessage(packages));
  say(`installing Debian packages: ${packages.join(' ')}`);
  try {
    await aptInstall(packages, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    say(`apt-get failed, trying once more (${error.message.split('\n')[0]})`);
    await aptInstall(packages, signal);
  }
}

/** @param {string[]} packages */
export function needsRootMessage(packages) {
  return [
    'these Debian packages are missing, and only root can install them:',
    `  ${packages.join(' ')}`,
    'Run this, then set-up again:',
    `  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
  ].join('\n');
}

/**
 * @param {string[]} packages
 * @param {AbortSignal} [signal]
 */
async function aptInstall(packages, signal) {
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    signal,
    // apt ends in good order at this one: dpkg finishes the package it is at.
    stopWith: /** @type {const} */ ('SIGINT'),
  };
  const patiently = ['-o', 'DPkg::Lock::Timeout=300'];
  await runCommand('apt-get', [...patiently, 'update'], options);
  await runCommand(
    'apt-get',
    [...patiently, 'install', '-y', '--no-install-recommends', ...packages],
    options,
  );
}
