import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  needsRootMessage,
  notInstalled,
  packagesFor,
} from '../../wasm/toolchain/debian-packages.mjs';

test('a package is installed when its state says so, whatever was wanted', () => {
  const answer = ['ii \tcmake', 'hi \tpython3', 'rc \tpatchelf', 'un \tg++', 'iU \txvfb', ''].join(
    '\n',
  );
  assert.deepEqual(
    notInstalled(['cmake', 'python3', 'patchelf', 'g++', 'xvfb', 'never-heard-of'], answer),
    ['patchelf', 'g++', 'xvfb', 'never-heard-of'],
  );
});

test('tests need all that a start needs', () => {
  const forTest = packagesFor('test', { ownEmscripten: true });
  for (const name of packagesFor('start', { ownEmscripten: true })) {
    assert.ok(forTest.includes(name), name);
  }
  assert.equal(new Set(forTest).size, forTest.length);
});

test("tests have Clang and its sanitizers' library, whoever provides Emscripten", () => {
  for (const ownEmscripten of [true, false]) {
    const packages = packagesFor('test', { ownEmscripten });
    for (const name of ['clang-19', 'libclang-rt-19-dev']) assert.ok(packages.includes(name), name);
  }
});

test("an Emscripten of the user's own needs no clang of Debian's", () => {
  const packages = packagesFor('start', { ownEmscripten: false });
  assert.deepEqual(packages, ['cmake', 'ninja-build', 'libeigen3-dev']);
});

test('who is not root is told the exact command', () => {
  const message = needsRootMessage(['cmake', 'patchelf']);
  assert.match(
    message,
    /^ {2}sudo apt-get update && sudo apt-get install -y --no-install-recommends cmake patchelf$/m,
  );
});
