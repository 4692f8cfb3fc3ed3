import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';

/**
 * @typedef {{ version?: string, link?: boolean, optional?: boolean, devOptional?: boolean }} LockedModule
 * @typedef {{ packages?: Record<string, LockedModule> }} LockFile
 */

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes its own
 * record of an installation when it has finished one, so this is true after any
 * `npm install` and false after one that was interrupted.
 * @param {string} projectFolder
 */
export function npmModulesInstalled(projectFolder) {
  const installed = readLockFile(join(projectFolder, 'node_modules', '.package-lock.json'));
  if (!installed) return false;
  const wanted = readLockFile(join(projectFolder, 'package-lock.json'));
  return !wanted || sameModules(wanted, installed);
}

/**
 * @param {string} file
 * @returns {LockFile | null}
 */
function readLockFile(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/**
 * @param {LockFile} wanted package-lock.json
 * @param {LockFile} installed npm's record in node_modules, which lacks the
 *   optional modules made for other systems
 */
export function sameModules(wanted, installed) {
  const wantedModules = { ...wanted.packages };
  delete wantedModules['']; // the project itself
  const installedModules = installed.packages ?? {};
  const allThere = Object.entries(wantedModules).every(([path, module]) => {
    const found = installedModules[path];
    if (!found) return module.optional === true || module.devOptional === true;
    return found.version === module.version;
  });
  return allThere && Object.keys(installedModules).every((path) => path in wantedModules);
}

/**
 * @param {string} projectFolder
 * @param {object} options
 * @param {(line: string) => void} options.say
 * @param {AbortSignal} [options.signal]
 */
export async function installNpmModules(projectFolder, { say, signal }) {
  const locked = existsSync(join(projectFolder, 'package-lock.json'));
  const command = locked ? 'ci' : 'install';
  say(`installing npm modules: npm ${command}`);
  await runCommand('npm', [command, '--no-audit', '--no-fund'], {
    cwd: projectFolder,
    signal,
    showErrors: true,
  });
}
