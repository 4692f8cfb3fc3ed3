import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { type ReadInteractionsOptions, readInteractions } from '../../../web/catalog/index.js';
import type { InteractionTable } from '../../../web/types.js';
import { realData } from './real-data.js';

const rowsOf = ({ users, items, values, timestamps, userIds, itemIds }: InteractionTable) =>
  Array.from(users, (user, at) => [
    userIds[user],
    itemIds[items[at] as number],
    values[at],
    ...(timestamps ? [timestamps[at]] : []),
  ]);
const read = async (source: string | Uint8Array, options: ReadInteractionsOptions = {}) =>
  rowsOf(await readInteractions(source, options));

describe('readInteractions', () => {
  const layouts: [string, string, ReadInteractionsOptions][] = [
    ['CSV with a header', 'userId,movieId,rating,timestamp\nu,a,4.5,10\nv,b,3,11\n', {}],
    ['columns in any order', 'timestamp,rating,item,user\n10,4.5,a,u\n11,3,b,v', {}],
    ['columns that are not known', 'user,x,item,value,time\nu,?,a,4.5,10\nv,,b,3,11\n', {}],
    ['CRLF line ends', 'User,ITEM_ID,Score,At\r\nu,a,4.5,10\r\nv,b,3,11\r\n', {}],
    ['CR line ends', 'user,item,value,at\ru,a,4.5,10\rv,b,3,11\r', {}],
    ['a byte order mark', '\uFEFFuser,item,value,at\nu,a,4.5,10\nv,b,3,11\n', {}],
    ['blank lines', '\n\nuser,item,value,at\n\nu,a,4.5,10\n\nv,b,3,11\n\n', {}],
    ['tabs', 'user\titem\tvalue\tat\nu\ta\t4.5\t10\nv\tb\t3\t11\n', {}],
    ['semicolons', 'user;item;value;at\nu;a;4.5;10\nv;b;3;11\n', {}],
    ['bars', 'user|item|value|at\nu|a|4.5|10\nv|b|3|11\n', {}],
    ['blanks', 'user item value at\nu a 4.5 10\nv b 3 11\n', {}],
    ['double colons', 'u::a::4.5::10\nv::b::3::11\n', {}],
    ['no header', 'u,a,4.5,10\nv,b,3,11\n', {}],
    [
      'columns by option',
      '4.5,u,x,a,10\n3,v,x,b,11\n',
      { columns: ['value', 'user', '_', 'item', 'timestamp'] },
    ],
    [
      'columns and a header',
      'a,b,c,d\nu,a,4.5,10\nv,b,3,11\n',
      { columns: ['user', 'item', 'rating', 'time'], header: true },
    ],
    ['a delimiter by option', 'u^^a^^4.5^^10\nv^^b^^3^^11\n', { delimiter: '^^' }],
    [
      'RecBole headers',
      'user_id:token\titem_id:token\trating:float\ttimestamp:float\nu\ta\t4.5\t10\nv\tb\t3\t11',
      {},
    ],
    ['quoted fields', '"user","item","value","at"\n"u","a","4.5","10"\n"v","b","3","11"\n', {}],
    [
      'objects by line',
      '{"user":"u","item":"a","value":4.5,"timestamp":10}\n\n' +
        '{"at":11,"rating":3,"movieId":"b","userId":"v","x":1}',
      {},
    ],
  ];
  for (const [what, text, options] of layouts) {
    it(`reads ${what}`, async () => {
      const expected = [
        ['u', 'a', 4.5, 10],
        ['v', 'b', 3, 11],
      ];
      expect(await read(text, options)).toEqual(expected);
      expect(await read(gzipSync(text), options)).toEqual(expected);
    });
  }

  it('takes 1 for the value and no times when there are only two columns', async () => {
    expect(await read('u,a\nu,b\n')).toEqual([
      ['u', 'a', 1],
      ['u', 'b', 1],
    ]);
  });

  it('says aloud what it assumed without a header', async () => {
    const notices: string[] = [];
    await read('u,a,5\n', { name: 'r.csv', onNotice: (text) => notices.push(text) });
    expect(notices).toEqual([
      'r.csv, line 1: no header; the columns are taken for user, item, value.',
    ]);
  });

  it('says aloud when columns are given and the first row looks like a header', async () => {
    const notices: string[] = [];
    const columns = ['user', 'item'];
    const rows = await read('user,item\nu,a\n', {
      columns,
      onNotice: (text) => notices.push(text),
    });
    expect(rows).toHaveLength(2);
    expect(notices.join()).toMatch(/line 1.*header: true/);
  });

  it('takes a row with numbers for data even if an id in it is a known name', async () => {
    expect(await read('u,book,5\n')).toEqual([['u', 'book', 5]]);
  });

  it('prefers the more exact name where two columns could be the item', async () => {
    expect(await read('isbn,user,item\n1,u,a\n')).toEqual([['u', 'a', 1]]);
  });

  it('reads ISO dates as milliseconds in UTC', async () => {
    const text =
      'user,item,date\nu,a,2024-05-31\nu,b,2024-05-31 12:00:00\nu,c,2024-05-31T12:00:00+02:00\n';
    const rows = await read(text);
    expect(rows.map((row) => row[3])).toEqual([
      Date.UTC(2024, 4, 31),
      Date.UTC(2024, 4, 31, 12),
      Date.UTC(2024, 4, 31, 10),
    ]);
  });

  it('keeps rows of at least minValue, and repeated rows', async () => {
    expect(await read('u,a,4\nu,a,3\nu,a,4\nu,b,5\n', { minValue: 4 })).toEqual([
      ['u', 'a', 4],
      ['u', 'a', 4],
      ['u', 'b', 5],
    ]);
  });

  it('does not trim or change ids', async () => {
    expect(await read('user,item\n u ,007\n__proto__,constructor\n')).toEqual([
      [' u ', '007', 1],
      ['__proto__', 'constructor', 1],
    ]);
  });

  it('reads a tab-separated file whose quotes mean nothing as it stands', async () => {
    const text = 'user\titem\n"quoted"\ta\n"half" quoted\tb\n"open\tc\n';
    expect(await read(text)).toEqual([
      ['quoted', 'a', 1],
      ['"half" quoted', 'b', 1],
      ['"open', 'c', 1],
    ]);
  });

  it('gives ids back exactly through CSV, wherever the text is cut into pieces', async () => {
    const special = fc.constantFrom(
      '__proto__',
      '🦑',
      'a,b',
      '"',
      '""',
      'x\ny',
      '\r\n',
      '\t',
      ' ',
      "'",
    );
    const id = fc
      .array(fc.oneof(special, fc.string({ unit: 'grapheme' })), { minLength: 1 })
      .map((parts) => parts.join(''))
      .filter((text) => text !== '' && !text.startsWith('\uFEFF'));
    const layout = fc.record({
      newline: fc.constantFrom('\n', '\r\n'),
      delimiter: fc.constantFrom(',', '::', ';', '\t'),
      quotes: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(id, id), { minLength: 1 }),
        layout,
        fc.integer({ min: 1, max: 9 }),
        async (rows, { newline, delimiter, quotes }, step) => {
          const text = Papa.unparse([['user', 'item'], ...rows], { newline, delimiter, quotes });
          const bytes = new TextEncoder().encode(text);
          async function* pieces() {
            for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
          }
          const table = await readInteractions(pieces(), { delimiter });
          expect(rowsOf(table).map(([user, item]) => [user, item])).toEqual(rows);
        },
      ),
    );
  });

  it('gives the same table for a string, bytes, a Blob, and pieces, plain or gzipped', async () => {
    const lines = Array.from({ length: 30_000 }, (_, n) => `u${n % 99},"i,${n % 501}",${n % 5}`);
    const text = lines.join('\n');
    const bytes = new TextEncoder().encode(text);
    const expected = await readInteractions(text);
    expect(expected.users).toHaveLength(30_000);
    async function* halves(of: Uint8Array) {
      yield of.subarray(0, 1);
      yield of.subarray(1, 70_000);
      yield of.subarray(70_000);
    }
    const packed = gzipSync(bytes);
    for (const plain of [bytes, packed]) {
      expect(await readInteractions(plain)).toEqual(expected);
      expect(await readInteractions(new Blob([plain as Uint8Array<ArrayBuffer>]))).toEqual(
        expected,
      );
      expect(await readInteractions(halves(plain))).toEqual(expected);
    }
  });

  it('reports progress that rises to 1', async () => {
    const seen: number[] = [];
    const text = 'u,a,5\n'.repeat(50_000);
    await readInteractions(text, { onProgress: ({ fraction }) => seen.push(fraction) });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  it('reads the million rows of the NCF training file in seconds', async () => {
    const real = realData('ncf-ml-1m/ml-1m.train.rating.gz');
    const made = () => {
      const lines = Array.from({ length: 994_169 }, (_, n) => `${n % 6040}\t${n % 3704}\t3\t${n}`);
      return gzipSync(lines.join('\n'));
    };
    const bytes = real ?? made();
    const started = performance.now();
    const { users, userIds, itemIds } = await readInteractions(bytes, { name: 'train.rating.gz' });
    const ms = performance.now() - started;
    console.log(`${users.length} rows read in ${Math.round(ms)} ms`);
    expect([users.length, userIds.length, itemIds.length]).toEqual([994_169, 6040, 3704]);
    expect(ms).toBeLessThan(10_000); // about 0.4 s on an idle machine
  });
});
