import { readFileSync } from 'node:fs';

/**
 * @typedef {object} OperatingSystem
 * @property {string} name as a person knows it: 'Debian GNU/Linux 12 (bookworm)', 'macOS'
 * @property {'debian' | 'other'} kind whether set-up can install on it: Debian 12 and 13, or not
 * @property {string} codename Debian's name of the release, '' elsewhere
 * @property {string | null} packageManager the one to name in a cure, when we know it
 */

/** The Debian releases whose packages hold clang 19, which Emscripten 3.1.69 wants. */
const supportedReleases = ['12', '13'];

/** `ID` or `ID_LIKE` of a Linux → the package manager its users have. */
const linuxPackageManagers = {
  debian: 'apt-get',
  ubuntu: 'apt-get',
  fedora: 'dnf',
  rhel: 'dnf',
  arch: 'pacman',
};

/** @returns {OperatingSystem} */
export function thisSystem() {
  let osRelease = '';
  try {
    osRelease = readFileSync('/etc/os-release', 'utf8');
  } catch {
    // macOS and Windows have none
  }
  return describeSystem(process.platform, osRelease);
}

/**
 * @param {string} platform as in process.platform
 * @param {string} osRelease the text of /etc/os-release, '' when there is none
 * @returns {OperatingSystem}
 */
export function describeSystem(platform, osRelease) {
  if (platform === 'darwin') {
    return { name: 'macOS', kind: 'other', codename: '', packageManager: 'brew' };
  }
  if (platform !== 'linux') {
    const name = platform === 'win32' ? 'Windows' : platform;
    return { name, kind: 'other', codename: '', packageManager: null };
  }
  const field = parseOsRelease(osRelease);
  const name = field.PRETTY_NAME ?? field.NAME ?? 'an unnamed Linux';
  if (field.ID === 'debian' && supportedReleases.includes(field.VERSION_ID)) {
    return {
      name,
      kind: 'debian',
      codename: field.VERSION_CODENAME ?? '',
      packageManager: 'apt-get',
    };
  }
  const families = [field.ID, ...(field.ID_LIKE ?? '').split(' ')];
  const known = families.find((family) => Object.hasOwn(linuxPackageManagers, family));
  return {
    name,
    kind: 'other',
    codename: '',
    packageManager: known ? linuxPackageManagers[known] : null,
  };
}

/**
 * The KEY=value lines of os-release(5), without their quotes.
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function parseOsRelease(text) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of text.split('\n')) {
    const match = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim());
    if (match) fields[match[1]] = match[2].replace(/^(['"])(.*)\1$/, '$2');
  }
  return fields;
}
