import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InteractionTableBuilder, toInteractionTable } from '../../../web/catalog/index.js';
import type { Interaction, InteractionTable } from '../../../web/types.js';
import { expectFailure } from './failure.js';

const table = (change: Partial<Record<keyof InteractionTable, unknown>> = {}) =>
  ({
    userIds: ['u', 'v'],
    itemIds: ['a', 'b'],
    users: Int32Array.of(0, 1),
    items: Int32Array.of(1, 0),
    values: Float32Array.of(1, 2),
    timestamps: null,
    ...change,
  }) as InteractionTable;

describe('InteractionTableBuilder', () => {
  it('numbers ids in the order they are met and keeps every row', () => {
    const builder = new InteractionTableBuilder();
    builder.add('u', 'b', 3, 10);
    builder.add('v', 'a', 4, 11);
    builder.add('u', 'b', 5, 12);
    expect(builder.build()).toEqual({
      userIds: ['u', 'v'],
      itemIds: ['b', 'a'],
      users: Int32Array.of(0, 1, 0),
      items: Int32Array.of(0, 1, 0),
      values: Float32Array.of(3, 4, 5),
      timestamps: Float64Array.of(10, 11, 12),
    });
  });

  it('grows to any number of rows', () => {
    const builder = new InteractionTableBuilder();
    for (let row = 0; row < 5000; row++) builder.add(`u${row % 7}`, `i${row}`, row, row);
    const { users, items, values, timestamps, userIds, itemIds } = builder.build();
    expect([users.length, userIds.length, itemIds.length]).toEqual([5000, 7, 5000]);
    expect([users[4999], items[4999], values[4999], timestamps?.[4999]]).toEqual([
      1, 4999, 4999, 4999,
    ]);
  });

  it('keeps long ids whole', () => {
    const id = `${'x'.repeat(50)}🦑"\n`;
    const builder = new InteractionTableBuilder();
    builder.add(id, id);
    expect(builder.build()).toMatchObject({ userIds: [id], itemIds: [id] });
  });
});

describe('toInteractionTable', () => {
  it('gives every row back with its ids, values and times', () => {
    const id = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '__proto__', '🦑'));
    const row = fc.record({ user: id, item: id, value: fc.integer(), timestamp: fc.integer() });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        const made = toInteractionTable(rows);
        expect(
          rows.map((_, at) => [
            made.userIds[made.users[at] as number],
            made.itemIds[made.items[at] as number],
            made.values[at],
            made.timestamps?.[at],
          ]),
        ).toEqual(rows.map((r) => [r.user, r.item, Math.fround(r.value), r.timestamp]));
      }),
    );
  });

  it('takes 1 for a missing value and any iterable', () => {
    const rows = new Set([{ user: 'u', item: 'a' }]);
    expect(toInteractionTable(rows)).toMatchObject({
      values: Float32Array.of(1),
      timestamps: null,
    });
  });

  it('returns a good table as it is', () => {
    const good = table({ timestamps: Float64Array.of(1, 2) });
    expect(toInteractionTable(good)).toBe(good);
  });

  const wrongRows: [string, unknown, string[]][] = [
    ['no rows', [], ['no interactions', 'at least one row']],
    ['a number', 5, ['the number 5', 'expected an array']],
    ['null', null, ['null', 'expected an array']],
    ['NaN', [{ user: 'u', item: 'a', value: NaN }], ['row 1', 'NaN', 'finite number']],
    ['Infinity', [{ user: 'u', item: 'a', value: Infinity }], ['row 1', 'Infinity', 'finite']],
    [
      '1e39, which no 32-bit float holds',
      [{ user: 'u', item: 'a', value: 1e39 }],
      ['row 1', '1e+39'],
    ],
    ['a text value', [{ user: 'u', item: 'a', value: '5' }], ['row 1', '"5"', 'finite number']],
    [
      'a number for an item',
      [
        { user: 'u', item: 'a' },
        { user: 'u', item: 5 },
      ],
      ['row 2', 'the item is the number 5', 'String(id)'],
    ],
    ['a missing user', [{ item: 'a' }], ['row 1', 'the user is missing', 'expected a string']],
    ['half a surrogate pair', [{ user: '\ud800', item: 'a' }], ['row 1', 'the user', 'surrogate']],
    ['a row that is no object', ['u,a'], ['row 1', '"u,a"', 'expected {user, item']],
    [
      'a NaN time',
      [{ user: 'u', item: 'a', timestamp: NaN }],
      ['row 1', 'timestamp is the number NaN', 'finite number'],
    ],
    [
      'times in some rows only',
      [
        { user: 'u', item: 'a', timestamp: 1 },
        { user: 'u', item: 'b' },
      ],
      ['row 2', 'no timestamp', 'give all rows one, or none'],
    ],
    [
      'times that start late',
      [
        { user: 'u', item: 'a' },
        { user: 'u', item: 'b', timestamp: 1 },
      ],
      ['row 2', 'has a timestamp', 'give all rows one, or none'],
    ],
  ];
  for (const [what, rows, parts] of wrongRows) {
    it(`refuses ${what}, naming the row and the cure`, () =>
      expectFailure(
        () => toInteractionTable(rows as Interaction[]),
        'invalid_interactions',
        ...parts,
      ));
  }

  const wrongTables: [string, Parameters<typeof table>[0], string[]][] = [
    [
      'a user index out of range',
      { users: Int32Array.of(0, 2) },
      ['row 2', 'user index is 2', '0 to 1'],
    ],
    ['a negative item index', { items: Int32Array.of(-1, 0) }, ['row 1', 'item index is -1']],
    ['a NaN value', { values: Float32Array.of(1, NaN) }, ['row 2', 'NaN', 'finite']],
    [
      'columns of other lengths',
      { items: Int32Array.of(1) },
      ['items has 1', 'users has 2', 'one entry a row'],
    ],
    ['plain arrays', { users: [0, 1] }, ['Int32Array', 'InteractionTableBuilder']],
    ['ids that are no strings', { userIds: ['u', 5] }, ['userIds[1]', 'String(id)']],
    ['missing ids', { itemIds: undefined }, ['itemIds is missing', 'array of strings']],
    [
      'no rows',
      { users: new Int32Array(0), items: new Int32Array(0), values: new Float32Array(0) },
      ['no interactions'],
    ],
    [
      'an endless time',
      { timestamps: Float64Array.of(1, Infinity) },
      ['row 2', 'timestamp', 'finite'],
    ],
  ];
  for (const [what, change, parts] of wrongTables) {
    it(`refuses a table with ${what}`, () =>
      expectFailure(() => toInteractionTable(table(change)), 'invalid_interactions', ...parts));
  }

  it('refuses a table that lists an id twice', () =>
    expectFailure(
      () => toInteractionTable(table({ itemIds: ['a', 'a'] })),
      'duplicate_id',
      /itemIds\[1\] and itemIds\[0\]/,
      'list every id once',
    ));
});
