import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSystem, parseOsRelease } from '../../wasm/toolchain/operating-system.mjs';

/** @param {Record<string, string>} fields */
const osRelease = (fields) =>
  Object.entries(fields)
    .map(([key, value]) => `${key}="${value}"\n`)
    .join('');

test('os-release is read with both kinds of quotes, and without', () => {
  const fields = parseOsRelease(`ID=debian\nNAME='A B'\n# comment\nPRETTY_NAME="C = D"\n\n`);
  assert.deepEqual(fields, { ID: 'debian', NAME: 'A B', PRETTY_NAME: 'C = D' });
});

test('Debian 12 and 13 are the systems to install on', () => {
  for (const [version, codename] of [
    ['12', 'bookworm'],
    ['13', 'trixie'],
  ]) {
    const text = osRelease({ ID: 'debian', VERSION_ID: version, VERSION_CODENAME: codename });
    const system = describeSystem('linux', text);
    assert.equal(system.kind, 'debian');
    assert.equal(system.codename, codename);
  }
});

test('older Debian releases and what is made from Debian are others, with apt-get', () => {
  const eleven = describeSystem('linux', osRelease({ ID: 'debian', VERSION_ID: '11' }));
  const mint = describeSystem('linux', osRelease({ ID: 'linuxmint', ID_LIKE: 'ubuntu debian' }));
  for (const system of [eleven, mint]) {
    assert.equal(system.kind, 'other');
    assert.equal(system.packageManager, 'apt-get');
  }
});

test('each other system is known by its name, and by its package manager when we know one', () => {
  const fedora = osRelease({ ID: 'fedora', PRETTY_NAME: 'Fedora Linux 42' });
  assert.deepEqual(describeSystem('linux', fedora), {
    name: 'Fedora Linux 42',
    kind: 'other',
    codename: '',
    packageManager: 'dnf',
  });
  assert.equal(describeSystem('darwin', '').packageManager, 'brew');
  assert.equal(describeSystem('darwin', '').name, 'macOS');
  assert.equal(describeSystem('win32', '').name, 'Windows');
  assert.equal(describeSystem('freebsd', '').packageManager, null);
  assert.equal(describeSystem('linux', '').packageManager, null);
});
