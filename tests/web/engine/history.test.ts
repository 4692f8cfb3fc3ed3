import { describe, expect, test } from 'vitest';
import { historyOf } from '../../../web/engine/history.js';
import type { EventType } from '../../../web/types.js';

const event = (item: string, type: EventType, at: number, value?: number) =>
  value === undefined ? { item, type, at } : { item, type, at, value };

describe('a history', () => {
  test('lists one entry an item, newest first', () => {
    const history = historyOf([
      event('a', 'like', 1),
      event('b', 'like', 3),
      event('c', 'view', 2),
    ]).items();
    expect(history.map((entry) => entry.item)).toEqual(['b', 'c', 'a']);
  });

  test('counts the later of two events at the same moment as the newer', () => {
    const history = historyOf([
      event('a', 'like', 5),
      event('b', 'like', 5),
      event('a', 'hide', 5),
    ]).items();
    expect(history.map(({ item, type }) => [item, type])).toEqual([
      ['a', 'hide'],
      ['b', 'like'],
    ]);
  });

  test('lets the newest opinion about an item decide', () => {
    expect(historyOf([event('a', 'like', 1), event('a', 'dislike', 2)]).items()).toMatchObject([
      { type: 'dislike', weight: -1 },
    ]);
    expect(historyOf([event('a', 'dislike', 2), event('a', 'like', 1)]).items()).toMatchObject([
      { type: 'dislike' },
    ]);
  });

  test('lets an opinion outdo every hint, whatever came last', () => {
    expect(historyOf([event('a', 'dislike', 1), event('a', 'click', 2)]).items()).toMatchObject([
      { type: 'dislike' },
    ]);
  });

  test('keeps the stronger of two hints', () => {
    expect(historyOf([event('a', 'click', 1), event('a', 'view', 2)]).items()).toMatchObject([
      { type: 'click', weight: 0.5 },
    ]);
  });

  test.each([
    [1, -1],
    [3, 0],
    [5, 1],
    [4.5, 0.75],
  ])('weighs a rating of %s as %s', (value, weight) => {
    expect(historyOf([event('a', 'rate', 1, value)]).items()).toMatchObject([{ weight }]);
  });

  test('takes ids such as __proto__ for what they are', () => {
    const history = historyOf([event('__proto__', 'like', 1), event('', 'like', 2)]).items();
    expect(history.map((entry) => entry.item)).toEqual(['', '__proto__']);
  });
});
