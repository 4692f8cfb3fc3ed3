import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One entry of apt's list of sources, whichever of its two formats it had.
 * @typedef {object} AptSource
 * @property {string[]} types 'deb', 'deb-src'
 * @property {string[]} uris
 * @property {string[]} suites
 * @property {string[]} components
 * @property {string | null} signedBy the field as written: key rings, fingerprints, or a key of many lines
 */

/** @typedef {{ uris: string[], signedBy: string | null }} Mirror */

/**
 * The sources of this system.
 * @param {string} [folder] apt's configuration
 * @returns {AptSource[]}
 */
export function readSystemSources(folder = '/etc/apt') {
  const partsFolder = join(folder, 'sources.list.d');
  const parts = existsSync(partsFolder) ? readdirSync(partsFolder).sort() : [];
  const files = [join(folder, 'sources.list'), ...parts.map((part) => join(partsFolder, part))];
  return files
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      if (file.endsWith('.sources')) return parseDeb822(readFileSync(file, 'utf8'));
      if (file.endsWith('.list')) return parseOneLine(readFileSync(file, 'utf8'));
      return []; // apt reads no other name either
    });
}

/**
 * The format of `*.sources`: stanzas of `Field: value`, values going on in
 * indented lines.
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseDeb822(text) {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  return withoutComments
    .split(/\n[ \t]*\n/)
    .map(readStanza)
    .filter((source) => source !== null);
}

/**
 * @param {string} stanza
 * @returns {AptSource | null} null when it is empty or switched off
 */
function readStanza(stanza) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const match of stanza.matchAll(/^([A-Za-z][\w-]*):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
    fields[match[1].toLowerCase()] = match[2].trimEnd();
  }
  const words = (/** @type {string} */ name) => (fields[name] ?? '').split(/\s+/).filter(Boolean);
  if (!fields.uris || /^(no|false|off|0|disable)$/i.test(fields.enabled ?? '')) return null;
  return {
    types: words('types'),
    uris: words('uris'),
    suites: words('suites'),
    components: words('components'),
    signedBy: fields['signed-by'] || null,
  };
}

/**
 * The format of `*.list`: `deb [option=value …] uri suite component …`.
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseOneLine(text) {
  const sources = [];
  for (const line of text.split('\n')) {
    const entry = line.replace(/#.*/, '').trim();
    const match = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)(.*)$/.exec(entry);
    if (!match) continue;
    const [, type, options = '', uri, suite, components] = match;
    sources.push({
      types: [type],
      uris: [uri],
      suites: [suite],
      components: components.split(/\s+/).filter(Boolean),
      signedBy: /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1] ?? null,
    });
  }
  return sources;
}

/**
 * The sources that Debian itself may come from, the likeliest first. Other
 * vendors use the release's name for their suites too, so the key ring and then
 * the path decide the order; a wrong guess has no such packages, or none that
 * its key signs, and apt says so.
 * @param {AptSource[]} sources
 * @param {string} codename of the running release, such as 'bookworm'
 * @returns {Mirror[]}
 */
export function debianMirrors(sources, codename) {
  const suiteNames = [codename, 'stable', 'oldstable'];
  const candidates = sources
    .filter((source) => source.types.includes('deb'))
    .filter((source) => source.components.includes('main'))
    .filter((source) => source.suites.some((suite) => suiteNames.includes(suite)))
    .map(({ uris, signedBy }) => ({
      uris: uris.filter((uri) => !uri.startsWith('cdrom:')),
      signedBy,
    }))
    .filter(({ uris }) => uris.length > 0);
  const likelihood = (/** @type {Mirror} */ { uris, signedBy }) =>
    (signedBy?.includes('debian-archive') ? 2 : 0) +
    (uris.some((uri) => /\/debian(\/|$)/.test(uri)) ? 1 : 0);
  return candidates.sort((a, b) => likelihood(b) - likelihood(a));
}

/**
 * A deb822 stanza for another suite of the same mirror, verified by the same keys.
 * @param {Mirror} mirror
 * @param {string} suite
 */
export function sourceForSuite({ uris, signedBy }, suite) {
  const lines = [
    'Types: deb',
    `URIs: ${uris.join(' ')}`,
    `Suites: ${suite}`,
    'Components: main',
    'Targets: Packages',
  ];
  if (signedBy) lines.push(`Signed-By: ${signedBy}`);
  return `${lines.join('\n')}\n`;
}
