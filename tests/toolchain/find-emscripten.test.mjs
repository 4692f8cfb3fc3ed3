import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { withoutOtherEmscripten } from '../../wasm/toolchain/emscripten-environment.mjs';
import { findEmscripten } from '../../wasm/toolchain/find-emscripten.mjs';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'find-emscripten-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

/**
 * A program that answers --version as emcc does.
 * @param {string} name of the folder it lies in
 * @param {string} version
 */
function fakeEmcc(name, version) {
  const where = join(folder, name);
  mkdirSync(where, { recursive: true });
  const answer = `emcc (Emscripten gcc/clang-like replacement) ${version} (abc)`;
  writeFileSync(join(where, 'emcc'), `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
  return where;
}

/** @param {Record<string, string>} env */
const find = (env) => findEmscripten({ env, toolchainFolder: join(folder, '.toolchain') });

test('nothing is found where there is none', () => {
  assert.deepEqual(find({ PATH: folder }), { chosen: null, tooOld: [] });
  assert.deepEqual(find({}), { chosen: null, tooOld: [] });
});

test('the one on the PATH is used when it is new enough', () => {
  const where = fakeEmcc('bin', '3.1.60');
  const { chosen } = find({ PATH: [folder, where].join(delimiter) });
  assert.deepEqual(chosen, { emcc: join(where, 'emcc'), version: '3.1.60', where: 'PATH' });
});

test('one that is too old is reported, and the next one is tried', () => {
  const old = fakeEmcc('old', '3.1.6');
  const sdk = fakeEmcc('sdk/upstream/emscripten', '4.0.1');
  const { chosen, tooOld } = find({ PATH: old, EMSDK: join(folder, 'sdk') });
  assert.equal(chosen?.emcc, join(sdk, 'emcc'));
  assert.equal(chosen?.where, '$EMSDK');
  assert.deepEqual(tooOld, [{ emcc: join(old, 'emcc'), version: '3.1.6', where: 'PATH' }]);
});

test('the version file beside the program, links followed, is believed without running it', () => {
  const real = fakeEmcc('package', '0.0.1');
  writeFileSync(join(real, 'emscripten-version.txt'), '"3.1.70"\n');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(join(real, 'emcc'), join(bin, 'emcc'));
  assert.deepEqual(find({ PATH: bin }).chosen, {
    emcc: join(bin, 'emcc'),
    version: '3.1.70',
    where: 'PATH',
  });
});

test("set-up's own is not mistaken for the user's", () => {
  const own = fakeEmcc('.toolchain/emscripten-3.1.69', '3.1.69');
  assert.equal(find({ PATH: own }).chosen, null);
});

test('what cannot be run, or does not tell its version, is passed over', () => {
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'emcc'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const text = join(folder, 'text');
  mkdirSync(text);
  writeFileSync(join(text, 'emcc'), 'no program', { mode: 0o644 });
  const { chosen, tooOld } = find({ PATH: [broken, text].join(delimiter) });
  assert.equal(chosen, null);
  assert.deepEqual(tooOld, []);
});

test('settings for another Emscripten do not reach ours, and all else does', () => {
  const env = {
    EM_LLVM_ROOT: '/x',
    EMSDK: '/sdk',
    LLVM: '/y',
    HOME: '/home/me',
    EMCC_CFLAGS: '-g',
  };
  assert.deepEqual(withoutOtherEmscripten(env), { HOME: '/home/me', EMCC_CFLAGS: '-g' });
});
