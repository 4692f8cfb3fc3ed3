import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { RowReader } from '../../../web/catalog/rows.js';

/** All rows with their lines, when the text comes in pieces of `step` characters. */
function rowsOf(
  text: string,
  step: number,
  layout: { delimiter: string; newline: '\n' | '\r\n' | '\r' },
): [string[], number][] {
  const rows: [string[], number][] = [];
  const reader = new RowReader(
    { ...layout, name: 'f', code: 'invalid_interactions' },
    (fields, line) => rows.push([fields, line]),
  );
  for (let at = 0; at < text.length; at += step) reader.push(text.slice(at, at + step));
  reader.push('', true);
  return rows;
}

describe('RowReader', () => {
  it('gives fields back exactly wherever the text is cut, with the line each row starts on', () => {
    const special = fc.constantFrom(
      'a',
      ',',
      '::',
      '"',
      '\n',
      '\r\n',
      '\t',
      ' ',
      '🦑',
      '__proto__',
    );
    const field = fc.array(special, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    const layout = fc.record({
      newline: fc.constantFrom('\n' as const, '\r\n' as const),
      delimiter: fc.constantFrom(',', '::', ';', '\t'),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(field, field), { minLength: 1 }),
        layout,
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        (fields, { delimiter, newline }, quotes, step) => {
          const text = Papa.unparse(fields, { delimiter, newline, quotes });
          let line = 1;
          const expected = fields.map((row) => {
            const start = line;
            line += row.join('').split('\n').length;
            return [row, start];
          });
          expect(rowsOf(text, step, { delimiter, newline })).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('takes mixed line ends when nothing is quoted', () => {
    const expected = [
      [['a', 'b'], 1],
      [['c', 'd'], 2],
      [['e', 'f'], 3],
    ];
    for (const newline of ['\n', '\r\n'] as const) {
      expect(rowsOf('a,b\r\nc,d\ne,f', 3, { delimiter: ',', newline })).toEqual(expected);
    }
  });
});
