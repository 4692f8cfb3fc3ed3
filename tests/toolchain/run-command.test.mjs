import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand, runPipe } from '../../wasm/toolchain/run-command.mjs';
import { SetupError } from '../../wasm/toolchain/setup-error.mjs';

test('a program that ends well gives what it printed', async () => {
  assert.equal(await runCommand('sh', ['-c', 'echo one; echo two >&2']), 'one\ntwo\n');
});

test('a program that fails is named with its code and the end of what it said', async () => {
  await assert.rejects(runCommand('sh', ['-c', 'echo the reason >&2; exit 3']), (error) => {
    assert.ok(error instanceof SetupError);
    assert.match(error.message, /ended with code 3/);
    assert.match(error.message, /sh -c echo the reason/);
    assert.match(error.message, /^ {2}the reason$/m);
    return true;
  });
});

test('a program that is not there is named', async () => {
  await assert.rejects(runCommand('no-such-program', []), /could not run: no-such-program/);
});

test('a pipe fails when either side does', async () => {
  await runPipe(['echo', 'hello'], ['grep', '-q', 'hello']);
  await assert.rejects(runPipe(['echo', 'hello'], ['grep', '-q', 'bye']), /grep -q bye/);
  await assert.rejects(runPipe(['sh', '-c', 'echo hello; exit 4'], ['cat']), /ended with code 4/);
});

test('stopping ends a program at once', { timeout: 10_000 }, async () => {
  const stop = new AbortController();
  const sleeping = runCommand('sleep', ['60'], { signal: stop.signal });
  stop.abort(new Error('enough'));
  await assert.rejects(sleeping, /enough/);
  await assert.rejects(runCommand('true', [], { signal: stop.signal }), /enough/);
});

test('stopping a pipe does not wait for the children of its writer', {
  timeout: 10_000,
}, async () => {
  const stop = new AbortController();
  /** @type {[string, ...string[]]} */
  const endless = ['sh', '-c', 'yes & wait'];
  const running = runPipe(endless, ['sleep', '60'], { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 200);
  await assert.rejects(running, /enough/);
});
