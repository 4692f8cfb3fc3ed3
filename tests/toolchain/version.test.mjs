import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compareVersions,
  installedVersion,
  isNewEnough,
  parseVersion,
} from '../../wasm/toolchain/version.mjs';

test('the version is found in what emcc prints', () => {
  const printed =
    'emcc (Emscripten gcc/clang-like replacement + linker emulating GNU ld) 3.1.69 (commit 5a1b)\n' +
    'Copyright (C) 2014 the Emscripten authors (see AUTHORS.txt)\n';
  assert.equal(parseVersion(printed), '3.1.69');
});

test('the version is found in the version file, quoted or not, released or not', () => {
  assert.equal(parseVersion('"3.1.58"\n'), '3.1.58');
  assert.equal(parseVersion('4.0.10-git\n'), '4.0.10');
});

test('a text without a dotted triple has no version', () => {
  for (const text of ['', 'emcc: not found', '3.1', '1.2.3.4']) {
    assert.equal(parseVersion(text), null, text);
  }
});

test('versions are ordered part by part as numbers', () => {
  const ordered = ['1.40.1', '3.1.6', '3.1.58', '3.1.69', '3.2.0', '4.0.0'];
  const shuffled = [...ordered].reverse();
  assert.deepEqual(shuffled.sort(compareVersions), ordered);
  assert.equal(compareVersions('3.1.69', '3.1.69'), 0);
});

test('3.1.58 is the first that is new enough, and the installed one is', () => {
  assert.equal(isNewEnough('3.1.57'), false);
  assert.equal(isNewEnough('3.1.6'), false);
  assert.equal(isNewEnough('3.1.58'), true);
  assert.equal(isNewEnough(installedVersion), true);
});
