import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFilter, FilteredItems } from '../../../web/engine/filter.js';
import type { Filter, Item } from '../../../web/types.js';

const films: Item[] = [
  { id: 'a', year: 1994, tags: ['Comedy', 'Crime'], director: 'Ada', seen: true },
  { id: 'b', year: 1999, tags: ['War'], director: 'Bea', rating: 4.5, pages: '95' },
  { id: 'c', year: 2004, tags: [], director: ['Ada', 'Cyd'], published: '2004-05-01' },
  { id: 'A', title: 'Alone', pages: 'many' },
];
const chosen = (filter: unknown, items = films) =>
  items.filter(compileFilter(filter, 'recommend: filter')).map(({ id }) => id);

describe('a filter', () => {
  test.each<[string, Filter, string[]]>([
    ['a plain value', { year: 1999 }, ['b']],
    ['eq', { year: { eq: 1999 } }, ['b']],
    ['texts whatever their case', { director: 'ADA' }, ['a', 'c']],
    ['ids as they are', { id: 'a' }, ['a']],
    ['one of several', { year: { in: [1994, 2004] } }, ['a', 'c']],
    ['one of several as texts', { year: { in: ['1994', 2004] } }, ['a', 'c']],
    ['bounds, of which all must hold', { year: { gt: 1994, lte: 2004 } }, ['b', 'c']],
    ['bounds that hold themselves', { year: { gte: 1994, lt: 2004 } }, ['a', 'b']],
    ['dates as texts', { published: { gte: '2004-01-01', lt: '2005' } }, ['c']],
    ['a text that is a number for one', { year: '1994' }, ['a']],
    ['bounds that are texts', { year: { gt: '1994', lt: '2e3' } }, ['b']],
    ['numbers with no other text', { year: { gt: 'a' } }, []],
    ['texts that are numbers, as tables have them', { pages: { gte: 90, lt: 1000 } }, ['b']],
    ['texts that are numbers among several', { pages: { in: [7, 95] } }, ['b']],
    ['one element of an array', { tags: { has: 'comedy' } }, ['a']],
    ['an array by a plain value', { tags: 'war' }, ['b']],
    ['any of several elements', { tags: { hasAny: ['war', 'crime'] } }, ['a', 'b']],
    ['all of several elements', { tags: { hasAll: ['crime', 'comedy'] } }, ['a']],
    ['an element of an array by in', { director: { in: ['cyd'] } }, ['c']],
    ['what is there', { rating: { exists: true } }, ['b']],
    ['what is not there, an empty array too', { tags: { exists: false } }, ['c', 'A']],
    ['true', { seen: true }, ['a']],
    ['several attributes, of which all must hold', { year: { lt: 2000 }, director: 'bea' }, ['b']],
    ['or', { or: [{ year: 1994 }, { rating: { gt: 4 } }] }, ['a', 'b']],
    ['an or of nothing', { or: [] }, []],
    ['and', { and: [{ year: { gt: 1990 } }, { director: 'ada' }] }, ['a', 'c']],
    ['not', { not: { year: { lt: 2000 } } }, ['c', 'A']],
    ['what is undefined as if it were not there', { year: undefined, tags: 'war' }, ['b']],
    ['nothing at all', {}, ['a', 'b', 'c', 'A']],
    ['attributes that no item has', { toString: 'x', __proto__: 1 }, []],
  ])('takes %s', (_, filter, ids) => {
    expect(chosen(filter)).toEqual(ids);
  });

  test.each<[string, unknown, RegExp]>([
    ['a text', 'year > 1990', /^recommend: filter is "year > 1990"; expected an object/],
    ['an array', [], /^recommend: filter is an array/],
    ['nothing', null, /^recommend: filter is null/],
    [
      'an unknown operator, and names the nearest',
      { year: { gle: 1990 } },
      /^recommend: filter\.year: unknown operator "gle"; known are eq, in, gt,/,
    ],
    [
      'an operator of the prototype',
      { year: { constructor: 1 } },
      /unknown operator "constructor"/,
    ],
    [
      'an array without an operator',
      { year: [1990] },
      /filter\.year is an array; expected .*\{in:/,
    ],
    ['NaN', { year: { gt: Number.NaN } }, /filter\.year\.gt is the number NaN/],
    ['a date object', { year: new Date(0) }, /filter\.year is an object/],
    ['null as a value', { year: { eq: null } }, /filter\.year\.eq is null/],
    [
      'in without an array',
      { year: { in: 3 } },
      /filter\.year\.in is the number 3; expected an array/,
    ],
    ['exists with a number', { year: { exists: 1 } }, /filter\.year\.exists is .*true or false/],
    ['or without an array', { or: { year: 1 } }, /filter\.or is an object; expected an array/],
    [
      'what is wrong far inside, with its place',
      { or: [{ year: 1 }, { not: { and: [{ tags: { hasany: [] } }] } }] },
      /filter\.or\[1\]\.not\.and\[0\]\.tags: unknown operator "hasany"; known are .*hasAny/,
    ],
  ])('refuses %s', (_, filter, message) => {
    expect(() => chosen(filter)).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        message: expect.stringMatching(message),
      }),
    );
  });
});

const value = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.constantFrom('a', 'b', 'C'),
  fc.boolean(),
);
const item = fc
  .record({ x: fc.oneof(value, fc.array(value, { maxLength: 3 })), y: value }, { requiredKeys: [] })
  .map((attributes, id = '') => ({ ...attributes, id }) as Item);
const filter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.dictionary(
      fc.constantFrom('x', 'y', 'z'),
      fc.oneof(
        value,
        fc.record(
          {
            gt: value,
            lte: value,
            in: fc.array(value, { maxLength: 3 }),
            hasAll: fc.array(value, { maxLength: 2 }),
            exists: fc.boolean(),
          },
          { requiredKeys: [] },
        ),
      ),
      { maxKeys: 2 },
    ) as fc.Arbitrary<Filter>,
    tie('filter').map((not) => ({ not })),
    fc.array(tie('filter'), { maxLength: 3 }).map((or) => ({ or })),
    fc.array(tie('filter'), { maxLength: 3 }).map((and) => ({ and })),
  ),
})).filter;

test('not, and, or are those of logic, and what is kept is what was worked out, for any filters', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 8 }), filter, filter, (items, one, other) => {
      const holds = (each: Filter) => items.map(compileFilter(each, 'f'));
      const [a, b] = [holds(one), holds(other)];
      expect(holds({ not: one })).toEqual(a.map((yes) => !yes));
      expect(holds({ or: [one, other] })).toEqual(a.map((yes, n) => yes || b[n]));
      expect(holds({ and: [one, other] })).toEqual(a.map((yes, n) => yes && b[n]));
      const kept = new FilteredItems(items);
      for (const each of [one, other, one, structuredClone(other)]) {
        expect([...kept.mask(each, 'f')]).toEqual(holds(each).map(Number));
      }
    }),
  );
});

test('of 10,000 items what a filter chooses is known within a millisecond after the first time, for many filters', () => {
  const items = Array.from({ length: 10_000 }, (_, n) => ({ id: `${n}`, year: n % 50 }));
  const kept = new FilteredItems(items);
  const filterOf = (n: number): Filter => ({
    year: { gte: n, lt: 40 },
    or: [{ year: 1 }, { year: { gt: 5 } }],
  });
  const first = kept.mask(filterOf(7), 'f');
  const times = Array.from({ length: 51 }, () => {
    const start = performance.now();
    expect(kept.mask(filterOf(7), 'f')).toBe(first);
    return performance.now() - start;
  });
  expect(times.sort((a, b) => a - b)[25]).toBeLessThan(1);
  // Those that were not asked for lately are given up.
  for (let n = 0; n < 200; n++) kept.mask(filterOf(n), 'f');
  expect(kept.mask(filterOf(7), 'f')).toEqual(first);
  expect(kept.mask(filterOf(7), 'f')).not.toBe(first);
});
