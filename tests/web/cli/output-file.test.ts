import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeWholeFile } from '../../../web/cli/output-file.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'inkling-output-')));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const bytes = new TextEncoder().encode('the new contents');
const onPosix = test.skipIf(process.platform === 'win32');

test('a file is replaced, and nothing is left beside it', async () => {
  writeFileSync(at('model'), 'the old contents, which are longer');
  await writeWholeFile(at('model'), bytes);
  expect(readFileSync(at('model'), 'utf8')).toBe('the new contents');
  expect(readdirSync(folder)).toEqual(['model']);
});

onPosix('where a symbolic link stands, the file it leads to is replaced', async () => {
  writeFileSync(at('kept'), 'old');
  symlinkSync('kept', at('link'));
  await writeWholeFile(at('link'), bytes);
  expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(at('kept'), 'utf8')).toBe('the new contents');
});

onPosix('a link that leads nowhere becomes the file', async () => {
  symlinkSync('gone', at('dangling'));
  await writeWholeFile(at('dangling'), bytes);
  expect(readFileSync(at('dangling'), 'utf8')).toBe('the new contents');
});

onPosix('a pipe is written to and stays one, as a device does', async () => {
  expect(spawnSync('mkfifo', [at('pipe')]).status).toBe(0);
  const [read] = await Promise.all([
    readFile(at('pipe'), 'utf8'),
    writeWholeFile(at('pipe'), bytes),
  ]);
  expect(read).toBe('the new contents');
  expect(statSync(at('pipe')).isFIFO()).toBe(true);
});
