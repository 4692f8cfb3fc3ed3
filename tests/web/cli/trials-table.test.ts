import { describe, expect, test } from 'vitest';
import {
  readTable,
  type SearchIdentity,
  TABLE_HEADER,
  tableRow,
} from '../../../web/cli/trials-table.js';
import type { Trial } from '../../../web/selection/search.js';

const identity: SearchIdentity = { data: 'abc', metric: 'ndcg@10', validation: 'random', seed: 4 };
const trials: Trial[] = [
  {
    trial: 1,
    bracket: 1,
    fidelity: 0.25,
    model: 'item_neighbors',
    settings: { similarity: 'cosine', normalize_users: true, num_neighbors: 20 },
    value: 0.1234567890123,
    seconds: 1.5,
    failure: '',
  },
  {
    trial: 2,
    bracket: 1,
    fidelity: 1,
    model: 'ease',
    settings: {},
    value: null,
    seconds: 0.25,
    failure: 'too large, says "ease"\nuse ials',
  },
];
const text = TABLE_HEADER + trials.map((trial) => tableRow(trial, identity)).join('');

describe('a table of trials', () => {
  test('comes back as it was written', () => {
    expect(readTable(text, identity)).toEqual(trials);
    expect(readTable('', identity)).toEqual([]);
    expect(readTable(TABLE_HEADER.slice(0, 9), identity)).toEqual([]);
    expect(() => readTable('notes of mine', identity)).toThrow(/not a table of trials/);
    expect(readTable(TABLE_HEADER, identity)).toEqual([]);
  });

  test('may end in the middle of a row', () => {
    const [first] = trials;
    const partial = `${TABLE_HEADER}${tableRow(first as Trial, identity)}2,1,1,eas`;
    expect(readTable(partial, identity)).toEqual([first]);
  });

  test.each([
    ['data', { data: 'other' }],
    ['metric', { metric: 'recall@20' }],
    ['validation', { validation: 'users' }],
    ['seed', { seed: 5 }],
  ])('of another %s is refused', (name, change) => {
    expect(() => readTable(text, { ...identity, ...change })).toThrow(
      new RegExp(`another search: its ${name} is`),
    );
  });

  test('that is none, or damaged, is refused', () => {
    expect(() => readTable('user,item\n1,2\n', identity)).toThrow(/not a table of trials/);
    expect(() => readTable(text.replace('item_neighbors', 'banana'), identity)).toThrow(
      /row 1.*damaged/,
    );
  });
});
