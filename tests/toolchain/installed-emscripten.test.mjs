import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  configText,
  emscriptenFolder,
  installationState,
  partsOf,
  refreshInstallation,
  writeStamp,
} from '../../wasm/toolchain/installed-emscripten.mjs';

let project = '';
let folder = '';
beforeEach(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'installed-emscripten-')));
  folder = emscriptenFolder(join(project, '.toolchain'));
  const { emcc } = partsOf(folder);
  mkdirSync(dirname(emcc), { recursive: true });
  writeFileSync(emcc, '');
});
afterEach(() => rmSync(project, { recursive: true }));

test('an installation counts when it has its stamp', () => {
  assert.equal(installationState(folder), 'absent');
  writeStamp(folder, folder);
  assert.equal(installationState(folder), 'ready');
});

test('an installation that was unpacked for another version or lost its compiler is absent', () => {
  writeStamp(folder, folder);
  const { stamp, emcc } = partsOf(folder);
  const written = JSON.parse(readFileSync(stamp, 'utf8'));
  writeFileSync(stamp, JSON.stringify({ ...written, version: '3.1.58' }));
  assert.equal(installationState(folder), 'absent');
  writeStamp(folder, folder);
  rmSync(emcc);
  assert.equal(installationState(folder), 'absent');
});

test('an installation in a checkout that was moved is seen to have moved', () => {
  writeStamp(folder, folder);
  const moved = `${folder}-moved`;
  renameSync(folder, moved);
  assert.equal(installationState(moved), 'moved');
});

test('the settings name the Node.js that runs set-up', () => {
  assert.match(configText('/a "b"', '/opt/node'), /^NODE_JS = "\/opt\/node"$/m);
  assert.match(configText('/a "b"', '/opt/node'), /^BINARYEN_ROOT = "\/a \\"b\\"\/usr"$/m);
});

test('refreshing mends settings made for another Node.js, and writes nothing when they fit', () => {
  const { config } = partsOf(folder);
  writeFileSync(config, configText(folder, '/no/longer/node'));
  refreshInstallation(folder, folder, project);
  assert.equal(readFileSync(config, 'utf8'), configText(folder, process.execPath));
  const { mtimeNs } = statSync(config, { bigint: true });
  refreshInstallation(folder, folder, project);
  assert.equal(statSync(config, { bigint: true }).mtimeNs, mtimeNs);
});

test("the compiler finds the project's acorn, also after node_modules was made anew", () => {
  const { acornLink } = partsOf(folder);
  const acorn = join(project, 'node_modules', 'acorn');
  mkdirSync(acorn, { recursive: true });
  refreshInstallation(folder, folder, project);
  assert.equal(realpathSync(acornLink), acorn);
  rmSync(join(project, 'node_modules'), { recursive: true });
  mkdirSync(acorn, { recursive: true });
  assert.equal(realpathSync(acornLink), acorn);
});
