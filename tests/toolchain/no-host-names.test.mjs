import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('set-up names no mirror and no registry: those are settings of the system', () => {
  const folder = fileURLToPath(new URL('../../wasm/toolchain', import.meta.url));
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    assert.doesNotMatch(text, /\w:\/\/|\b[\w-]+\.(org|com|net|io|dev)\b/, name);
  }
});
