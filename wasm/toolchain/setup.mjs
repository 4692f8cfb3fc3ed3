#!/usr/bin/env node
// Brings a machine to where the project can be built and tested. See README.md.

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installPackages, missingPackages, packagesFor } from './debian-packages.mjs';
import { emscriptenEnvironment } from './emscripten-environment.mjs';
import { findEmscripten } from './find-emscripten.mjs';
import { installEmscripten } from './install-emscripten.mjs';
import {
  emscriptenFolder,
  installationState,
  refreshInstallation,
} from './installed-emscripten.mjs';
import { interruptible } from './interruption.mjs';
import { projectFolder, toolchainFolder } from './locations.mjs';
import { installNpmModules, npmModulesInstalled } from './npm-modules.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { thisSystem } from './operating-system.mjs';
import { lookOnThisSystem, missingMessage, missingNeeds } from './other-systems.mjs';
import { SetupError } from './setup-error.mjs';
import { installedVersion, oldestVersion } from './version.mjs';
import { removeStalePartials } from './whole-folder.mjs';

export { emscriptenEnvironment, SetupError };

const purposes = ['start', 'test'];
const usage = 'usage: node wasm/toolchain/setup.mjs [--for start|test]';

/**
 * Finds or installs what the project needs: to build and run it ('start'), or
 * to test it as well ('test'). Does nothing when all is there.
 * @param {object} options
 * @param {'start' | 'test'} options.for
 * @param {(line: string) => void} [options.say] is given each line that tells what is done
 * @returns {Promise<void>}
 * @throws {SetupError} what is missing, and the cure
 */
export async function ensure({ for: purpose, say = (line) => console.log(`set-up: ${line}`) }) {
  if (!purposes.includes(purpose)) {
    throw new SetupError(
      `set-up is for ${purposes.join(' or ')}, not for ${JSON.stringify(purpose)}.\n${usage}`,
    );
  }
  const begun = performance.now();
  removeStalePartials(toolchainFolder);
  if (!isReady(lookAround(purpose))) {
    // Looked at again inside: another set-up may have done it meanwhile.
    const work = (/** @type {AbortSignal} */ signal) =>
      provide(lookAround(purpose), { say, signal });
    await interruptible((signal) =>
      oneAtATime(toolchainFolder, () => work(signal), { say, signal }),
    );
  }
  const { chosen } = findEmscripten({ env: process.env, toolchainFolder });
  if (!chosen) refreshInstallation(ownFolder, ownFolder, projectFolder);
  const which = chosen ? `${chosen.version} from ${chosen.where}` : installedVersion;
  say(`ready (Emscripten ${which}, ${((performance.now() - begun) / 1000).toFixed(1)} s)`);
}

const ownFolder = emscriptenFolder(toolchainFolder);

/**
 * What is there and what is not, found out quickly and without changing anything.
 * @param {'start' | 'test'} purpose
 */
function lookAround(purpose) {
  const system = thisSystem();
  const { chosen, tooOld } = findEmscripten({ env: process.env, toolchainFolder });
  const onDebian = system.kind === 'debian';
  return {
    system,
    tooOld,
    emscriptenMissing: !chosen && !(onDebian && installationState(ownFolder) === 'ready'),
    packages: onDebian ? missingPackages(packagesFor(purpose, { ownEmscripten: !chosen })) : [],
    needs: onDebian ? [] : missingNeeds(purpose, { ...system, ...lookOnThisSystem(process.env) }),
    modulesMissing: !npmModulesInstalled(projectFolder),
  };
}

/** @param {ReturnType<typeof lookAround>} found */
function isReady({ emscriptenMissing, packages, needs, modulesMissing }) {
  return !emscriptenMissing && !modulesMissing && packages.length === 0 && needs.length === 0;
}

/**
 * @param {ReturnType<typeof lookAround>} found
 * @param {{ say: (line: string) => void, signal: AbortSignal }} progress
 */
async function provide(found, { say, signal }) {
  const { system, tooOld, emscriptenMissing, packages, needs, modulesMissing } = found;
  if (system.kind === 'other' && (emscriptenMissing || needs.length > 0)) {
    throw new SetupError(missingMessage({ system, missing: needs, emscriptenMissing, tooOld }));
  }
  if (packages.length > 0) await installPackages(packages, { say, signal });
  if (modulesMissing) await installNpmModules(projectFolder, { say, signal });
  if (emscriptenMissing) {
    for (const { emcc, version } of tooOld) {
      say(
        `${emcc} is Emscripten ${version}; ${oldestVersion} or newer is wanted, so set-up uses its own`,
      );
    }
    await installEmscripten({ toolchainFolder, codename: system.codename, say, signal });
  }
}

/** @param {string[]} args */
async function runCommandLine(args) {
  const { values } = readArguments(args);
  if (values.help) {
    console.log(usage);
    return;
  }
  await ensure({ for: /** @type {'start' | 'test'} */ (values.for) });
}

/** @param {string[]} args */
function readArguments(args) {
  try {
    return parseArgs({
      args,
      options: { for: { type: 'string', default: 'start' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new SetupError(`${error.message}\n${usage}`);
  }
}

const isMainProgram =
  process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMainProgram) {
  try {
    await runCommandLine(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`set-up: ${error.message}`);
    process.exitCode = 1;
  }
}
