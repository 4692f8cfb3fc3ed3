/** The oldest Emscripten the build works with: the first whose output and flags it relies on. */
export const oldestVersion = '3.1.58';

/** The Emscripten that set-up installs when it finds none that is new enough. */
export const installedVersion = '3.1.69';

/**
 * The first dotted triple in a text: `emcc --version` prints it after a long
 * name, and `emscripten-version.txt` holds it in quotes in some releases.
 * @param {string} text
 * @returns {string | null} such as '3.1.69', or null when there is none
 */
export function parseVersion(text) {
  const match = /(?<![\d.])(\d+)\.(\d+)\.(\d+)(?!\.?\d)/.exec(text);
  return match ? `${Number(match[1])}.${Number(match[2])}.${Number(match[3])}` : null;
}

/**
 * @param {string} a a dotted triple
 * @param {string} b a dotted triple
 * @returns {number} below zero when a is older than b, zero when they are equal
 */
export function compareVersions(a, b) {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let part = 0; part < 3; part += 1) {
    if (left[part] !== right[part]) return left[part] - right[part];
  }
  return 0;
}

/** @param {string} version */
export function isNewEnough(version) {
  return compareVersions(version, oldestVersion) >= 0;
}
