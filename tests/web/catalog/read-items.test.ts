import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { itemsFromRows, readItems } from '../../../web/catalog/index.js';
import { expectFailure } from './failure.js';
import { realData } from './real-data.js';

describe('readItems', () => {
  const expected = [
    { id: '1', title: 'One, two', tags: ['a b', 'c'], year: '1995' },
    { id: '02', title: 'Zwei "2"' },
  ];
  const forms: [string, string][] = [
    ['a JSON array', JSON.stringify(expected)],
    ['one object a line', expected.map((item) => JSON.stringify(item)).join('\r\n')],
    ['CSV', 'id,title,tags,year\n1,"One, two",a b|c,1995\n02,"Zwei ""2""",,\n'],
    [
      'CSV with other names',
      'movieId,name,year,Genres\r\n1,"One, two",1995,a b|c\r\n02,"Zwei ""2""",,\r\n',
    ],
    ['tabs', 'book_id\ttitle\ttags\tyear\n1\tOne, two\ta b|c\t1995\n02\tZwei "2"\t\t\n'],
  ];
  for (const [what, text] of forms) {
    it(`reads ${what}, plain or gzipped`, async () => {
      expect(await readItems(text)).toEqual(expected);
      expect(await readItems(gzipSync(text))).toEqual(expected);
    });
  }

  it('reads text, popularity and several tag columns', async () => {
    const text = 'item,plot,popularity,genres,keywords\n7,A story.,2.5,x|y,y|z\n';
    expect(await readItems(text)).toEqual([
      { id: '7', text: 'A story.', popularity: 2.5, tags: ['x', 'y', 'z'] },
    ]);
  });

  it('divides tags at commas where a column has no bar, and says so', async () => {
    const notices: string[] = [];
    const items = await readItems('id\tgenres\n1\tx, y\n2\tz\n', {
      name: 'f.tsv',
      onNotice: (text) => notices.push(text),
    });
    expect(items.map(({ tags }) => tags)).toEqual([['x', 'y'], ['z']]);
    expect(notices.join()).toMatch(/f\.tsv.*"genres".*commas/);
  });

  it('takes names of columns by option, and every row as data', async () => {
    const options = { columns: ['id', 'title', 'genres'], delimiter: '::' };
    expect(await readItems('1::One::x|y\n', options)).toEqual([
      { id: '1', title: 'One', tags: ['x', 'y'] },
    ]);
  });

  it('keeps a column called __proto__ as an attribute', async () => {
    const [item] = await readItems('id,__proto__\na,evil\n');
    expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
    expect(Object.entries(item as object)).toEqual([
      ['id', 'a'],
      ['__proto__', 'evil'],
    ]);
  });

  it('gives ids and titles back exactly through CSV', async () => {
    const special = fc.constantFrom(
      '__proto__',
      'constructor',
      '🦑',
      'a,b',
      '"',
      'x\ny',
      '\r\n',
      '\t',
    );
    const text = fc
      .array(fc.oneof(special, fc.string({ unit: 'grapheme' })), { minLength: 1 })
      .map((parts) => parts.join(''))
      .filter((one) => one !== '');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(text, text), { minLength: 1, selector: ([id]) => id }),
        async (rows) => {
          const csv = Papa.unparse([['id', 'title'], ...rows]);
          const items = await readItems(csv, { name: 'f.csv' });
          expect(items).toEqual(rows.map(([id, title]) => ({ id, title })));
        },
      ),
    );
  });

  it('reads the books of goodbooks-10k', async () => {
    const real = realData('goodbooks-10k/books.csv.gz');
    const header = 'book_id,isbn,title,authors';
    const rows = Array.from({ length: 10_000 }, (_, n) => `${n + 1},x,"T, ${n + 1}",A`);
    const items = await readItems(real ?? gzipSync([header, ...rows].join('\n')));
    expect(items).toHaveLength(10_000);
    expect(items[0]?.id).toBe('1');
    expect(items.every(({ title, authors }) => title && authors)).toBe(true);
  });

  it('reads plots with stray quotes', async () => {
    const real = realData('ml-1m-text/movies_text.tsv.gz');
    const header = 'movieId\ttitle\tgenres\tplot';
    const rows = Array.from({ length: 3881 }, (_, n) => `${n}\tT\tDrama, War\t"Half" quoted`);
    const items = await readItems(real ?? gzipSync([header, ...rows].join('\n')));
    expect(items).toHaveLength(3881);
    expect(items.some(({ text }) => text?.startsWith('"') && !text.endsWith('"'))).toBe(true);
  });

  const wrong: [
    string,
    string | Uint8Array,
    string[],
    'duplicate_id' | 'wrong_content' | 'invalid_catalog',
  ][] = [
    ['an empty file', '', ['items.x', 'empty', 'expected'], 'invalid_catalog'],
    [
      'a header alone',
      'id,title\n',
      ['items.x', 'no items', 'a row for every item'],
      'invalid_catalog',
    ],
    [
      'a table without id',
      'name,title\na,b\n',
      ['items.x', '"name"', 'first row'],
      'invalid_catalog',
    ],
    [
      'an empty id',
      'id,title\na,b\n,c\n',
      ['items.x, line 3', 'id is empty', 'fill it in'],
      'invalid_catalog',
    ],
    [
      'a missing field',
      'id,title\na\n',
      ['items.x, line 2', '1 fields', 'add or remove'],
      'invalid_catalog',
    ],
    [
      'popularity that is no number',
      'id,popularity\na,high\n',
      ['line 2', '"high"', 'at least 0'],
      'invalid_catalog',
    ],
    [
      'an id that stands twice',
      'id,t\na,1\n"b\nb",2\na,3\n',
      ['line 5', '"a"', 'line 2', 'rename'],
      'duplicate_id',
    ],
    [
      'an open quote',
      'id,title\na,"b\n',
      ['items.x, line 2', 'never closed', 'add'],
      'invalid_catalog',
    ],
    ['a web page', ' <!doctype html>', ['items.x', 'check the address'], 'wrong_content'],
    [
      'bytes that are not UTF-8',
      Uint8Array.of(0xff, 0xfe, 0x41),
      ['items.x, line 1', 'UTF-8'],
      'invalid_catalog',
    ],
  ];
  for (const [what, source, parts, code] of wrong) {
    it(`refuses ${what}, naming the place and the cure`, () =>
      expectFailure(() => readItems(source, { name: 'items.x' }), code, ...parts));
  }
});

describe('itemsFromRows', () => {
  it('makes items of rows read elsewhere', () => {
    const rows = [{ fields: ['7', 'Seven', ''], line: 2 }];
    expect(itemsFromRows(['ID', 'Title', 'x'], rows, 'sheet')).toEqual([
      { id: '7', title: 'Seven' },
    ]);
  });
});
