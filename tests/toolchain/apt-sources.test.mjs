import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  debianMirrors,
  parseDeb822,
  parseOneLine,
  readSystemSources,
  sourceForSuite,
} from '../../wasm/toolchain/apt-sources.mjs';

const keyRing = '/usr/share/keyrings/debian-archive-keyring.gpg';

test('a deb822 file gives one source a stanza, with its comments left out', () => {
  const sources = parseDeb822(`# the mirror
Types: deb deb-src
# http://snapshot.example/20250520
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: ${keyRing}

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main
`);
  assert.deepEqual(sources, [
    {
      types: ['deb', 'deb-src'],
      uris: ['http://mirror.example/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main', 'contrib'],
      signedBy: keyRing,
    },
    {
      types: ['deb'],
      uris: ['http://security.example/debian-security'],
      suites: ['bookworm-security'],
      components: ['main'],
      signedBy: null,
    },
  ]);
});

test('a deb822 value goes on in indented lines, and a key of many lines stays as it is', () => {
  const [source] = parseDeb822(`types: deb
uris: http://one.example/debian
  http://two.example/debian
suites: bookworm
components: main
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBGPL0BUBEADmW5NdOOHwPIJlgPu6JDcKw/NZJPR8lsD3K87ZM18gzyQZJD+w
 -----END PGP PUBLIC KEY BLOCK-----
`);
  assert.deepEqual(source.uris, ['http://one.example/debian', 'http://two.example/debian']);
  const again = parseDeb822(sourceForSuite(source, 'trixie'));
  assert.equal(again[0].signedBy, source.signedBy);
  assert.equal(source.signedBy?.split('\n').length, 5);
});

test('a deb822 stanza that is switched off is no source', () => {
  assert.deepEqual(parseDeb822('Enabled: no\nTypes: deb\nURIs: http://x.example\nSuites: s\n'), []);
  assert.deepEqual(parseDeb822('# nothing here\n\n\n'), []);
});

test('one-line entries are read with and without options', () => {
  const sources = parseOneLine(`# deb http://off.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib # the fast one
deb [ arch=amd64 signed-by=${keyRing} ] http://mirror.example/debian bookworm main
deb-src http://mirror.example/debian bookworm main

deb http://flat.example/ ./
`);
  assert.deepEqual(
    sources.map(({ types, uris, suites, components, signedBy }) =>
      [types, uris, suites, components, signedBy ?? '-'].join(' '),
    ),
    [
      'deb http://mirror.example/debian bookworm main,contrib -',
      `deb http://mirror.example/debian bookworm main ${keyRing}`,
      'deb-src http://mirror.example/debian bookworm main -',
      'deb http://flat.example/ ./  -',
    ],
  );
});

test('both formats are read from the folder of apt, and files with other names are not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'apt-sources-'));
  try {
    const parts = join(folder, 'sources.list.d');
    mkdirSync(parts);
    writeFileSync(join(folder, 'sources.list'), 'deb http://a.example/debian bookworm main\n');
    writeFileSync(
      join(parts, 'b.sources'),
      'Types: deb\nURIs: http://b.example\nSuites: bookworm\n',
    );
    writeFileSync(join(parts, 'c.list'), 'deb http://c.example/debian bookworm main\n');
    writeFileSync(join(parts, 'd.list.save'), 'deb http://d.example/debian bookworm main\n');
    const uris = readSystemSources(folder).flatMap((source) => source.uris);
    assert.deepEqual(uris, [
      'http://a.example/debian',
      'http://b.example',
      'http://c.example/debian',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a system without sources has none', () => {
  assert.deepEqual(readSystemSources('/nowhere/at/all'), []);
});

test("the source with Debian's key ring comes first, then the one with Debian's path", () => {
  const sources = parseOneLine(`
deb http://vendor.example/packages bookworm main
deb http://local.example/debian/ bookworm main
deb [signed-by=${keyRing}] http://mirror.example/archive bookworm main
`);
  assert.deepEqual(
    debianMirrors(sources, 'bookworm').map((mirror) => mirror.uris[0]),
    [
      'http://mirror.example/archive',
      'http://local.example/debian/',
      'http://vendor.example/packages',
    ],
  );
});

test('sources of another suite, of source code, without main, or on a disc are no mirrors', () => {
  const sources = parseOneLine(`
deb http://security.example/debian-security bookworm-security main
deb http://cloud.example/apt sdk-bookworm main
deb-src http://mirror.example/debian bookworm main
deb http://vendor.example/debian bookworm stable
deb cdrom:disc/ bookworm main
`);
  assert.deepEqual(debianMirrors(sources, 'bookworm'), []);
});

test('a mirror may call the running release oldstable', () => {
  const sources = parseOneLine('deb http://mirror.example/debian oldstable main\n');
  assert.equal(debianMirrors(sources, 'bookworm').length, 1);
});

test('the source for another suite keeps the mirror and its key, and has nothing else', () => {
  const mirror = { uris: ['http://mirror.example/debian'], signedBy: keyRing };
  assert.deepEqual(parseDeb822(sourceForSuite(mirror, 'trixie')), [
    { ...mirror, types: ['deb'], suites: ['trixie'], components: ['main'] },
  ]);
});
