import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ReadInteractionsOptions, readInteractions } from '../../../web/catalog/index.js';
import type { ErrorCode } from '../../../web/errors.js';
import { expectFailure } from './failure.js';

describe('readInteractions refuses', () => {
  const wrong: [string, string | Uint8Array, string[], ReadInteractionsOptions?, ErrorCode?][] = [
    ['an empty file', '', ['r.csv: the file is empty', 'expected rows']],
    ['an empty gzip file', gzipSync(''), ['r.csv: the file is empty', 'expected rows']],
    ['a header alone', 'user,item\n', ['r.csv', 'no row after it', 'expected rows']],
    [
      'a rating that is no number',
      'u,a,5\nu,b,good\n',
      ['r.csv, line 2', 'column 3', '"good"', 'correct it'],
    ],
    ['an empty rating', 'u,a,5\nu,b,\n', ['r.csv, line 2', '""', 'finite number']],
    ['NaN', 'u,a,5\nu,b,NaN\n', ['r.csv, line 2', '"NaN"', 'finite number']],
    ['Infinity', 'u,a,5\nu,b,Infinity\n', ['r.csv, line 2', '"Infinity"', 'finite number']],
    ['a rating too large for 32 bits', 'u,a,1e39\n', ['r.csv, line 1', '1e+39', 'finite number']],
    ['an empty user', 'u,a,5\n,b,5\n', ['r.csv, line 2', 'the user is empty', 'fill it in']],
    ['an empty item', 'u,a,5\nu,,5\n', ['r.csv, line 2', 'the item is empty', 'fill it in']],
    ['a missing field', 'user,item,value\nu,a,5\nu,b\n', ['line 3', '2 fields', '3', 'fill in']],
    ['a field too many', 'user,item,value\nu,a,5,6\n', ['line 2', '4 fields', '3', 'quotes']],
    [
      'too many fields for columns',
      'u,a,5\n',
      ['line 1', '3 fields', '`columns` names 2'],
      { columns: ['user', 'item'] },
    ],
    [
      'an unknown header',
      'movieId,title,genres\n1,A,x\n',
      ['line 1', '"title"', 'user and item', '--columns'],
    ],
    ['a header without item', 'user,what,rating\nu,a,5\n', ['line 1', '"what"', '--columns']],
    ['five columns without a header', '1,2,3,4,5\n', ['line 1', '"5"', '--columns']],
    ['one column', 'a\nb\n', ['line 1', '"a"', '--delimiter']],
    ['semicolons in a .csv file', 'user;item\nu;a\n', ['line 1', '"user;item"', '--delimiter']],
    ['a time that is none', 'user,item,time\nu,a,soon\n', ['line 2', '"soon"', '2024-05-31']],
    [
      'an open quote',
      'user,item\nu,a\n"u,b\nu,c\n',
      ['line 3', 'never closed', 'add the closing quote'],
    ],
    [
      'text after a closing quote',
      'user,item\nu,a\n"u"x,b\n',
      ['line 3', 'after its closing quote', 'twice'],
    ],
    [
      'a web page',
      '<html><body>Not found',
      ['r.csv', 'web page', 'check the address'],
      {},
      'wrong_content',
    ],
    [
      'a JSON array',
      '[{"user":"u","item":"a"}]',
      ['r.csv, line 1', 'JSON array', 'line of its own'],
    ],
    ['a zip file', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), ['r.csv', 'zip', 'readMovieLens']],
    [
      'text that is not UTF-8',
      Uint8Array.of(0x75, 0x2c, 0x61, 0x0a, 0xe9, 0x2c, 0x62),
      ['r.csv, line 2', 'UTF-8'],
    ],
    [
      'gzip data cut short',
      gzipSync('u,a,5\n').subarray(0, 15),
      ['r.csv', 'gzip', 'fetch or pack'],
    ],
    [
      'minValue above all values',
      'u,a,3\nu,b,2\n',
      ['r.csv', 'at least 4', 'largest is 3', '--min-value'],
      { minValue: 4 },
    ],
    [
      'a NaN minValue',
      'u,a,3\n',
      ['minValue', 'NaN', 'finite'],
      { minValue: NaN },
      'invalid_argument',
    ],
    [
      'an unknown column name',
      'u,a\n',
      ['"usr"', 'not known', 'user and item'],
      { columns: ['usr', 'item'] },
      'invalid_argument',
    ],
    [
      'a column named twice',
      'u,a\n',
      ['names user twice'],
      { columns: ['user', 'userId'] },
      'invalid_argument',
    ],
    [
      'columns without item',
      'u,a\n',
      ['without item', '_ for a column to skip'],
      { columns: ['user', '_'] },
      'invalid_argument',
    ],
    [
      'a quote as delimiter',
      'u,a\n',
      ['delimiter', 'other than quotes'],
      { delimiter: '"' },
      'invalid_argument',
    ],
    [
      'a header that is demanded and missing',
      'u,a,5\n',
      ['line 1', '"u"', 'correct the header'],
      { header: true },
    ],
    [
      'lines that are no JSON',
      '{"user":"u","item":"a"}\n{oops\n',
      ['line 2', 'no JSON', 'every line'],
      { format: 'ndjson' },
    ],
    [
      'a line that is no object',
      '{"user":"u","item":"a"}\n5\n',
      ['line 2', 'the number 5'],
      { format: 'ndjson' },
    ],
    [
      'an object without item',
      '{"user":"u","it":"a"}',
      ['line 1', 'no item among the keys', '"it"'],
      { format: 'ndjson' },
    ],
    [
      'a number for a user',
      '{"user":7,"item":"a"}',
      ['line 1', 'the number 7', 'String'],
      { format: 'ndjson' },
    ],
    [
      'a text value in JSON',
      '{"user":"u","item":"a","value":"5"}',
      ['line 1', '"5"', 'finite'],
      { format: 'ndjson' },
    ],
    [
      'columns for JSON',
      '{"user":"u","item":"a"}',
      ['columns', 'leave them out'],
      { columns: ['user', 'item'], format: 'ndjson' },
      'invalid_argument',
    ],
    [
      'times in some objects only',
      '{"user":"u","item":"a","at":1}\n{"user":"u","item":"a"}',
      ['line 2', 'all rows one, or none'],
      { format: 'ndjson' },
    ],
  ];
  for (const [what, source, parts, options = {}, code = 'invalid_interactions'] of wrong) {
    it(`${what}, naming the place and the cure`, () =>
      expectFailure(
        () => readInteractions(source, { name: 'r.csv', ...options }),
        code as ErrorCode,
        ...parts,
      ));
  }

  it('a source of another kind', () =>
    expectFailure(
      () => readInteractions(5 as unknown as string),
      'invalid_argument',
      'a number',
      'expected a string, a Blob',
    ));

  it('a row without end before it fills the memory', () =>
    expectFailure(
      () => readInteractions(`user,item\n"u,${'x\n'.repeat(4_000_000)}`, { name: 'r.csv' }),
      'invalid_interactions',
      'r.csv, line 2',
      'close the quote',
    ));

  it('counts lines right after quoted line ends', () =>
    expectFailure(
      () => readInteractions('user,item\n"u\nv",a\n\nu,b,c\n', { name: 'r.csv' }),
      'invalid_interactions',
      'r.csv, line 5',
    ));

  it('names the line in a late piece of a long file', () =>
    expectFailure(
      () => readInteractions(`${'u,a,5\n'.repeat(100_000)}u,a,x\n`, { name: 'r.csv' }),
      'invalid_interactions',
      'r.csv, line 100001',
    ));

  it('to go on after an abort, within 50 ms', async () => {
    const controller = new AbortController();
    const text = 'u,a,5\n'.repeat(5_000_000);
    let asked = 0;
    setTimeout(() => {
      asked = performance.now();
      controller.abort();
    }, 30);
    await expectFailure(
      () => readInteractions(text, { name: 'r.csv', signal: controller.signal }),
      'aborted',
      'Reading r.csv was stopped',
    );
    const late = performance.now() - asked;
    console.log(`stopped after ${late.toFixed(1)} ms`);
    expect(late).toBeLessThan(250); // 50 ms on an idle machine
  });

  it('to start when the signal has fired already', () =>
    expectFailure(() => readInteractions('u,a', { signal: AbortSignal.abort() }), 'aborted'));

  it('to hide the failure of its source', async () => {
    async function* failing() {
      yield gzipSync('u,a,5\n'.repeat(50_000)).subarray(0, 100);
      throw new Error('the cable was pulled');
    }
    await expect(readInteractions(failing())).rejects.toThrow('the cable was pulled');
  });
});
