import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { privateNames } from '../../web/private-names.mjs';

/** What is found in these files. */
function found(texts, others = []) {
  const folder = mkdtempSync(join(tmpdir(), 'inkling-names-'));
  try {
    texts.forEach((text, n) => {
      writeFileSync(join(folder, `${n}.ts`), text);
    });
    return privateNames(folder, others).sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const CLASS = `export class One {
  private count = 0;
  static private made: One;
  constructor(private readonly label: string, readonly open: boolean) {}
  private add(): void { this.count += 1; }
  private get whole() { return this.label; }
  public shown = '';
}`;

test('private members are found: fields, methods, accessors, parameters', () => {
  assert.deepEqual(found([CLASS]), ['add', 'count', 'label', 'made', 'whole']);
});

test('a name that means something elsewhere is left as it is', () => {
  const elsewhere = {
    count: 'interface Message { count: number }',
    add: 'const box = { add() {} };',
    label: "const name = 'label';",
    whole: 'const { whole: all } = message;',
    made: 'document.made;',
  };
  for (const [name, text] of Object.entries(elsewhere)) {
    const rest = ['add', 'count', 'label', 'made', 'whole'].filter((each) => each !== name);
    assert.deepEqual(found([CLASS, text]), rest);
  }
  assert.deepEqual(found([CLASS, 'class Two { readonly count = 1; }']), [
    'add',
    'label',
    'made',
    'whole',
  ]);
  assert.deepEqual(found([CLASS], ['Module.add(count)']), ['label', 'made', 'whole']);
});
