import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readNegatives } from '../../../web/catalog/index.js';
import { expectFailure } from './failure.js';
import { realData } from './real-data.js';

describe('readNegatives', () => {
  const expected = [
    { user: 'u', items: ['a', 'b'] },
    { user: 'v', items: ['c'] },
  ];
  const forms: [string, string][] = [
    ['rows of a user and items', 'u,a,b\nv,c\n'],
    ['a header', 'user,item,item\nu,a,b\nv,c\n'],
    ['tabs', 'u\ta\tb\nv\tc\n'],
    ['the form of the NCF files', '(u,x)\ta\tb\n(v,y)\tc\n'],
    ['one item a row', 'u,a\nu,b\nv,c\n'],
    ['rows of a user that are apart', 'u,a\nv,c\nu,b\n'],
  ];
  for (const [what, text] of forms) {
    it(`reads ${what}`, async () => {
      expect(await readNegatives(text)).toEqual(expected);
      expect(await readNegatives(gzipSync(text))).toEqual(expected);
    });
  }

  it('keeps a user id with a comma in the form of the NCF files', async () => {
    expect(await readNegatives('(a,b,7)\t1\n')).toEqual([{ user: 'a,b', items: ['1'] }]);
  });

  it('reads the 99 negatives of each of the 6,040 NCF users', async () => {
    const real = realData('ncf-ml-1m/ml-1m.test.negative.gz');
    const items = Array.from({ length: 99 }, (_, n) => n).join('\t');
    const made = () =>
      gzipSync(Array.from({ length: 6040 }, (_, n) => `(${n},25)\t${items}`).join('\n'));
    const rows = await readNegatives(real ?? made());
    expect(rows.map(({ user }) => user)).toEqual(Array.from({ length: 6040 }, (_, n) => `${n}`));
    expect(rows.every((row) => row.items.length === 99)).toBe(true);
  });

  it('refuses a row without items, naming the line', () =>
    expectFailure(
      () => readNegatives('u,a\nv\n', { name: 'n.csv' }),
      'invalid_interactions',
      'n.csv, line 2',
      '"v"',
      'at least one item',
    ));

  it('refuses an empty id, naming the field', () =>
    expectFailure(
      () => readNegatives('u,a,,b\n', { name: 'n.csv' }),
      'invalid_interactions',
      'n.csv, line 1',
      'field 3 is empty',
      'remove the extra delimiter',
    ));

  it('refuses an empty file', () =>
    expectFailure(
      () => readNegatives('', { name: 'n' }),
      'invalid_interactions',
      'n: there are no',
    ));

  it('refuses a web page', () =>
    expectFailure(
      () => readNegatives('<html>', { name: 'n' }),
      'wrong_content',
      'n: this is a web',
    ));
});
