import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type IdList, readCounts, readIds } from '../../../web/import/id-list.js';
import { nameFactors } from '../../../web/import/named-factors.js';
import { expectFailure } from '../catalog/failure.js';

const read = (text: string | Uint8Array, options = {}) =>
  readIds(text, { name: 'ids.txt', ...options });
const pairs = (ids: IdList, indices: number[]) => indices.map((index) => ids.get(index));
const ODD = ['007', 'a,b', ' x ', '__proto__', 'constructor', '🦑', '"q"', 'id'];

describe('ids', () => {
  test('one a line are kept exactly, with any line end, plain and gzipped', async () => {
    for (const end of ['\n', '\r\n']) {
      const text = ODD.join(end) + end;
      for (const source of [text, text.trimEnd(), gzipSync(text)]) {
        const ids = await read(source as string | Uint8Array);
        expect(pairs(ids, [...ODD.keys()])).toEqual(ODD);
        expect(ids.size).toBe(ODD.length);
      }
    }
  });

  test('in a JSON array are kept exactly, the empty one too', async () => {
    const ids = await read(JSON.stringify(['', ...ODD]), { name: 'ids.json' });
    expect(pairs(ids, [0, 1, 8])).toEqual(['', '007', 'id']);
    expect((await read('["a"]', { name: 'data' })).get(0)).toBe('a');
  });

  test.each([
    ['a header, in any order', 'id,index\nb,7\na,-3\n', { name: 'm.csv' }],
    ['no header', '7,b\n-3,a\n', { name: 'm.csv' }],
    ["StringIndexer's doubles", 'index,id\n7.0,b\n-3.0,a\n', { name: 'm.csv' }],
    ['a header that says all', 'index,id\n7,b\n-3,a\n', { name: 'm.txt' }],
    ['tabs', 'index\tid\n7\tb\n-3\ta\n', { name: 'm.tsv' }],
    ['named columns', 'x,b,7\ny,a,-3\n', { columns: ['_', 'id', 'index'] }],
    ['a delimiter', '7::b\n-3::a\n', { delimiter: '::' }],
  ])('in a table with %s stand for their numbers', async (_, text, options) => {
    const ids = await read(text, options);
    expect([ids.get(7), ids.get(-3), ids.size]).toEqual(['b', 'a', 2]);
  });

  test('alone in a table are in order', async () => {
    const ids = await read('item_id\n"a,b"\n"say ""x"""\n', { name: 'm.csv' });
    expect(pairs(ids, [0, 1, 2])).toEqual(['a,b', 'say "x"', undefined]);
    expect((await read('a\nb\n', { name: 'm.csv' })).get(0)).toBe('a');
    expect((await read('1,x\n2,y\n', { columns: ['id', '_'] })).get(1)).toBe('2');
  });

  test('that are empty, no texts, or there twice are named by line', async () => {
    const wrong: [string, object, 'invalid_catalog' | 'duplicate_id', string][] = [
      ['a\n\nb\n', {}, 'invalid_catalog', 'ids.txt, line 2: the line is empty'],
      ['', {}, 'invalid_catalog', 'there are no ids'],
      ['a\nb\na\n', {}, 'duplicate_id', 'ids.txt, line 3: the id "a" is there already, in line 1'],
      [
        '["a","a"]',
        { name: 'i.json' },
        'duplicate_id',
        'element 1 (counted from 0): the id "a" is',
      ],
      ['["a",7]', { name: 'i.json' }, 'invalid_catalog', 'the number 7; ids are strings'],
      ['["a\\ud800"]', { name: 'i.json' }, 'invalid_catalog', 'surrogate'],
      ['{"a":1}', { name: 'i.json' }, 'invalid_catalog', 'expected a JSON array'],
      ['["a"', { name: 'i.json' }, 'invalid_catalog', 'not JSON'],
      ['index,id\n1,a\n1,b\n', {}, 'duplicate_id', 'line 3: the index 1 stands for "a" already'],
      [
        'index,id\n1,a\n2,a\n',
        {},
        'duplicate_id',
        'line 3: the id "a" is there already, in line 2',
      ],
      ['index,id\n1.5,a\n', {}, 'invalid_catalog', 'line 2: the index is "1.5"'],
      ['index,id\n,a\n', {}, 'invalid_catalog', 'line 2: the index is ""'],
      ['index,id\n1,a,b\n', {}, 'invalid_catalog', 'line 2: the row has 3 fields'],
      [
        'title,year\nAlien,1979\n',
        { name: 'm.csv' },
        'invalid_catalog',
        'expected a header with id',
      ],
    ];
    for (const [text, options, code, message] of wrong) {
      await expectFailure(() => read(text, options), code, message);
    }
    const page = '<!doctype html><title>404</title>';
    await expectFailure(() => read(page), 'wrong_content', 'web page');
    for (const columns of [['index'], ['id', 'id'], ['id', 'name']]) {
      await expectFailure(() => read('1,a\n', { columns }), 'invalid_argument', 'columns is');
    }
  });
});

describe('counts', () => {
  test('are read by id', async () => {
    const counts = await readCounts('id,count\n"a,b",3\nx,0\n', { name: 'c.csv' });
    expect([...counts]).toEqual([
      ['a,b', 3],
      ['x', 0],
    ]);
    expect((await readCounts('count,item\n2,z\n', { name: 'c.csv' })).get('z')).toBe(2);
    expect((await readCounts('z,2\n', { name: 'c.csv' })).get('z')).toBe(2);
  });

  test.each([['-1'], ['x'], [''], ['NaN'], ['1e39'], ['Infinity']])(
    'of %j are refused',
    async (count) => {
      await expectFailure(
        () => readCounts(`id,count\na,${count}\n`, { name: 'c.csv' }),
        'invalid_catalog',
        'c.csv, line 2: the count is',
      );
    },
  );

  test('that stand twice are refused', async () => {
    const text = 'id,count\na,1\na,2\n';
    await expectFailure(() => readCounts(text, { name: 'c.csv' }), 'duplicate_id', 'line 3');
  });
});

describe('rows of factors', () => {
  const factors = (rows: number, keys: (number | string)[] | null = null) => ({
    values: Float32Array.from({ length: rows * 2 }, (_, i) => i),
    numFactors: 2,
    keys,
    place: (row: number) => `f.npy, row ${row}`,
  });

  test('are put in the order of their numbers, with the ids of these', async () => {
    const ids = await read('10,ten\n9,nine\n2,two\n', { name: 'm.csv' });
    const named = nameFactors(factors(3, [10, 2, 9]), ids);
    expect(named.itemIds).toEqual(['two', 'nine', 'ten']);
    expect([...named.values]).toEqual([2, 3, 4, 5, 0, 1]);
    expect(nameFactors(factors(2), await read('a\nb\n')).itemIds).toEqual(['a', 'b']);
  });

  test('without an id, and more ids than rows, are named', async () => {
    const two = await read('a\nb\n');
    await expectFailure(
      () => nameFactors(factors(3), two),
      'invalid_factors',
      'f.npy, row 2: there is no id for the number 2 in ids.txt, which has 2',
    );
    await expectFailure(() => nameFactors(factors(1), two), 'invalid_factors', '2 ids and 1 rows');
    await expectFailure(() => nameFactors(factors(1, [5]), two), 'invalid_factors', 'number 5');
    await expectFailure(
      () => nameFactors(factors(1, ['a']), two),
      'invalid_factors',
      'leave ids.txt',
    );
  });
});
