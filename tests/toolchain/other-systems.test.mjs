import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSystem } from '../../wasm/toolchain/operating-system.mjs';
import { missingMessage, missingNeeds } from '../../wasm/toolchain/other-systems.mjs';

const nothing = { hasProgram: () => false, hasHeader: () => false };
const everything = { hasProgram: () => true, hasHeader: () => true };
const macOs = describeSystem('darwin', '');
const fedora = describeSystem('linux', 'ID=fedora\nPRETTY_NAME="Fedora Linux 42"\n');
const alpine = describeSystem('linux', 'ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"\n');

test('nothing is missing where everything is', () => {
  assert.deepEqual(missingNeeds('test', { ...fedora, ...everything }), []);
});

test('a start needs no browsers, and tests do', () => {
  const names = (/** @type {'start' | 'test'} */ purpose) =>
    missingNeeds(purpose, { ...fedora, ...nothing }).map((need) => need.what);
  assert.deepEqual(names('start'), ['CMake', 'Ninja', 'Eigen 3']);
  assert.ok(names('test').includes('Chromium'));
});

test('one program of several is enough', () => {
  const hasProgram = (/** @type {string} */ program) => program === 'ninja-build';
  const missing = missingNeeds('start', { ...fedora, ...everything, hasProgram });
  assert.deepEqual(
    missing.map((need) => need.what),
    ['CMake'],
  );
});

test('macOS is not asked for what it cannot have', () => {
  const names = missingNeeds('test', { ...macOs, ...nothing }).map((need) => need.what);
  assert.ok(!names.includes('Xvfb'));
  assert.ok(!names.includes("WebKitGTK's driver"));
});

test('the message names the system, each missing thing, and the line that installs it', () => {
  const missing = missingNeeds('start', { ...fedora, ...nothing });
  const message = missingMessage({ system: fedora, missing, emscriptenMissing: true, tooOld: [] });
  assert.match(message, /this is Fedora Linux 42\./);
  assert.match(
    message,
    /Emscripten 3\.1\.58 or newer \(emcc on the PATH, or its SDK named by \$EMSDK\)/,
  );
  assert.match(message, /Eigen 3 \(the header Eigen\/Core\)/);
  assert.match(message, /^ {2}sudo dnf install cmake ninja-build eigen3-devel$/m);
  assert.match(message, /\.\/emsdk install 3\.1\.69/);
});

test('macOS is told to use Homebrew, each package once and applications apart', () => {
  const missing = missingNeeds('test', { ...macOs, ...nothing });
  const message = missingMessage({ system: macOs, missing, emscriptenMissing: false, tooOld: [] });
  assert.match(message, /^ {2}brew install cmake ninja eigen doctest llvm clang-format$/m);
  assert.match(message, /^ {2}brew install --cask firefox$/m);
  assert.doesNotMatch(message, /emsdk/i);
});

test('a system whose package manager is not known gets the list and the way to Emscripten', () => {
  const missing = missingNeeds('start', { ...alpine, ...nothing });
  const message = missingMessage({ system: alpine, missing, emscriptenMissing: true, tooOld: [] });
  assert.match(message, /this is Alpine Linux v3\.20\./);
  assert.match(message, /with the package manager of this system/);
  assert.match(message, /emsdk/);
  assert.doesNotMatch(message, /undefined|null/);
});

test('an emcc that is too old is named with its version', () => {
  const tooOld = [{ emcc: '/opt/bin/emcc', version: '3.1.6', where: 'PATH' }];
  const message = missingMessage({ system: macOs, missing: [], emscriptenMissing: true, tooOld });
  assert.match(message, /found 3\.1\.6, which is too old: \/opt\/bin\/emcc/);
});
