import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { oneAtATime } from '../../wasm/toolchain/one-at-a-time.mjs';
import { makeWholeFolder, removeStalePartials } from '../../wasm/toolchain/whole-folder.mjs';

const slowInstallation = fileURLToPath(new URL('slow-installation.mjs', import.meta.url));

let parent = '';
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'interrupted-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

/** An installation in another process, half done: its folder is begun and it holds the lock. */
async function halfDoneInstallation() {
  const child = spawn(process.execPath, [slowInstallation, parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  assert.equal(readdirSync(parent).length, 2);
  return child;
}

for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  test(`an installation that is stopped by ${signal} leaves nothing`, {
    timeout: 20_000,
  }, async () => {
    const child = await halfDoneInstallation();
    child.kill(signal);
    const [, endedBy] = await once(child, 'exit');
    assert.equal(endedBy, signal);
    assert.deepEqual(readdirSync(parent), []);
  });
}

test('what a killed installation left is removed, and its lock holds nobody up', {
  timeout: 20_000,
}, async () => {
  const child = await halfDoneInstallation();
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(readdirSync(parent).length, 2);
  removeStalePartials(parent);
  assert.equal(await oneAtATime(parent, async () => 'done'), 'done');
  assert.deepEqual(readdirSync(parent), []);
});

test('an installation that is going on is left alone', { timeout: 20_000 }, async () => {
  const child = await halfDoneInstallation();
  removeStalePartials(parent);
  assert.equal(readdirSync(parent).length, 2);
  child.kill('SIGTERM');
  await once(child, 'exit');
});

test('a second installation waits for the first and says so', { timeout: 20_000 }, async () => {
  const child = await halfDoneInstallation();
  /** @type {string[]} */
  const said = [];
  const second = oneAtATime(parent, async () => 'second', { say: (line) => said.push(line) });
  await wait(300);
  assert.deepEqual(said, [`waiting for the set-up that process ${child.pid} is doing`]);
  child.kill('SIGTERM');
  assert.equal(await second, 'second');
});

test('a folder that cannot be filled does not appear, and its predecessor stays', async () => {
  const folder = join(parent, 'made');
  mkdirSync(folder);
  writeFileSync(join(folder, 'version'), 'old');
  const failing = makeWholeFolder(folder, async (partial) => {
    writeFileSync(join(partial, 'version'), 'half');
    throw new Error('the disk is full');
  });
  await assert.rejects(failing, /the disk is full/);
  assert.deepEqual(readdirSync(parent), ['made']);
  assert.equal(readFileSync(join(folder, 'version'), 'utf8'), 'old');
});

test('a folder that was filled takes the place of its predecessor', async () => {
  const folder = join(parent, 'made');
  mkdirSync(folder);
  writeFileSync(join(folder, 'left over'), '');
  await makeWholeFolder(folder, async (partial) => writeFileSync(join(partial, 'version'), 'new'));
  assert.deepEqual(readdirSync(parent), ['made']);
  assert.deepEqual(readdirSync(folder), ['version']);
  assert.equal(existsSync(join(folder, 'left over')), false);
});

test('the lock is given back when the work fails', async () => {
  const failing = oneAtATime(parent, async () => {
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  assert.deepEqual(readdirSync(parent), []);
});
