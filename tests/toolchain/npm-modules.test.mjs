import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { npmModulesInstalled, sameModules } from '../../wasm/toolchain/npm-modules.mjs';

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/acorn': { version: '8.19.0' },
    'node_modules/esbuild-for-mars': { version: '1.0.0', optional: true },
  },
};

test('what is installed may lack the optional modules of other systems', () => {
  const installed = { packages: { 'node_modules/acorn': { version: '8.19.0' } } };
  assert.equal(sameModules(wanted, installed), true);
});

test('a module of another version, one too few and one too many are differences', () => {
  const acorn = { version: '8.19.0' };
  assert.equal(
    sameModules(wanted, { packages: { 'node_modules/acorn': { version: '8.18.0' } } }),
    false,
  );
  assert.equal(sameModules(wanted, { packages: {} }), false);
  assert.equal(
    sameModules(wanted, { packages: { 'node_modules/acorn': acorn, 'node_modules/left': acorn } }),
    false,
  );
});

test("modules count as installed once npm's own record of them is there and fits", () => {
  const project = mkdtempSync(join(tmpdir(), 'npm-modules-'));
  try {
    const record = join(project, 'node_modules', '.package-lock.json');
    const lockFile = join(project, 'package-lock.json');
    writeFileSync(lockFile, JSON.stringify(wanted));
    assert.equal(npmModulesInstalled(project), false);
    mkdirSync(join(project, 'node_modules'));
    assert.equal(npmModulesInstalled(project), false, 'an interrupted npm leaves no record');
    writeFileSync(
      record,
      JSON.stringify({ packages: { 'node_modules/acorn': { version: '8.19.0' } } }),
    );
    assert.equal(npmModulesInstalled(project), true);
    writeFileSync(
      lockFile,
      JSON.stringify({ packages: { 'node_modules/acorn': { version: '9.0.0' } } }),
    );
    assert.equal(npmModulesInstalled(project), false);
    rmSync(lockFile);
    assert.equal(npmModulesInstalled(project), true, 'without a lock file any installation does');
  } finally {
    rmSync(project, { recursive: true });
  }
});
