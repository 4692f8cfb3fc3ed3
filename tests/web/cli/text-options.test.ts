import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const english = fileURLToPath(new URL('../../../dist/languages/en.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'inkling-cli-texts-'));
afterAll(() => rmSync(folder, { recursive: true }));
const items = join(folder, 'items.json');
writeFileSync(
  items,
  JSON.stringify([
    { id: 'outrage', title: 'Outrages', director: 'Ida Lupino', year: 1950 },
    { id: 'bigamist', title: 'The Bigamist', director: 'Ida Lupino', year: 1953 },
    { id: 'heat', title: 'Heat', director: 'Michael Mann', year: 1995 },
  ]),
);
writeFileSync(join(folder, 'rows.csv'), 'user,item\nu,outrage\nu,bigamist\nv,heat\nv,outrage\n');

function inkling(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the command line', () => {
  const fields = ['--fields', '{"director":{"kind":"tags"},"year":{"kind":"number"}}'];

  test('compares items by the fields that are named', () => {
    const similar = (...args: string[]) => {
      const { stdout } = inkling(
        'similar',
        '--items',
        items,
        '--item',
        'outrage',
        '--json',
        ...args,
      );
      return JSON.parse(stdout).similar[0];
    };
    expect(similar(...fields)).toMatchObject({ item: 'bigamist', source: 'tf_idf' });
    expect(similar(...fields).score).toBeGreaterThan(0); // and without them nothing is shared
    expect(similar()?.score ?? 0).toBe(0);
  });

  test('trains and measures with them, and asks with the tokenizer given', () => {
    const train = ['train', '--model', 'tf_idf', '--items', items, '--out', 'm.safetensors'];
    expect(inkling(...train, ...fields).status).toBe(0);
    const { stdout } = inkling(
      'similar',
      '--model-file',
      'm.safetensors',
      '--item',
      'outrage',
      '--json',
    );
    expect(JSON.parse(stdout).similar[0].item).toBe('bigamist');
    const rows = ['--interactions', 'rows.csv', '--items', items, '--model', 'tf_idf'];
    const measured = inkling('evaluate', ...rows, ...fields, '--metrics', 'hit_rate@1', '--json');
    expect([measured.stderr.match(/error:.*/)?.[0], measured.status]).toEqual([undefined, 0]);
    const query = ['recommend', '--items', items, '--query', 'outraging', '--k', '1', '--json'];
    expect(JSON.parse(inkling(...query).stdout).recommendations[0].source).toBe('popularity');
    expect(
      JSON.parse(inkling(...query, '--tokenizer', english).stdout).recommendations[0],
    ).toMatchObject({ item: 'outrage', source: 'query' });
  });

  test.each([
    ['no JSON', '{director', /--fields: no JSON/],
    ['a kind that there is not', '{"director":{"kind":"tag"}}', /--fields: .*"tags" or "number"/],
  ])('refuses fields with %s as wrong usage', (_, text, message) => {
    const { status, stderr } = inkling(
      'similar',
      '--items',
      items,
      '--item',
      'heat',
      '--fields',
      text,
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('says what is wrong with a tokenizer that is not there', () => {
    const args = ['--items', items, '--item', 'heat', '--tokenizer', 'absent.mjs'];
    const { status, stderr } = inkling('similar', ...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: the tokenizer .*absent\.mjs could not be imported/);
  });
});
