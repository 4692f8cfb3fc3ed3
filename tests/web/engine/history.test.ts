import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History, historyOf } from '../../../web/engine/history.js';
import { EVENT_TYPES, type EventType } from '../../../web/types.js';

const event = (item: string, type: EventType, at: number, value?: number) =>
  value === undefined ? { item, type, at } : { item, type, at, value };

const byItem = (a: { item: string }, b: { item: string }) => a.item.localeCompare(b.item);

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

  const anyEvents = fc.array(
    fc
      .record({
        item: fc.constantFrom('a', 'b', 'c'),
        type: fc.constantFrom(...EVENT_TYPES),
        at: fc.integer({ min: 0, max: 1_000_000 }),
        value: fc.integer({ min: 1, max: 5 }),
      })
      .map(({ value, ...rest }) => (rest.type === 'rate' ? { ...rest, value } : rest)),
    { maxLength: 40 },
  );

  test('takes impressions for nothing the person has said or met', () => {
    const history = historyOf([event('a', 'like', 1), event('b', 'impression', 2)]);
    expect(history.items().map(({ item }) => item)).toEqual(['a']);
    expect(history.count).toBe(2);
    expect(history.shown()).toEqual([{ item: 'b', times: [2] }]);
  });

  test('forgets impressions when the person does something with the item, whatever came first', () => {
    const events = [
      event('a', 'impression', 1),
      event('a', 'impression', 5),
      event('a', 'view', 5),
      event('a', 'impression', 7),
      event('b', 'impression', 3),
      event('b', 'dislike', 4),
    ];
    for (const each of [events, events.toReversed()]) {
      expect(historyOf(each).shown()).toEqual([{ item: 'a', times: [7] }]);
    }
  });

  test('keeps the newest eight impressions of an item, whatever order they come in', () => {
    const times = [4, 9, 2, 11, 7, 1, 12, 3, 10, 5, 8, 6];
    const history = historyOf(times.map((at) => event('a', 'impression', at)));
    expect(history.shown()).toEqual([{ item: 'a', times: [12, 11, 10, 9, 8, 7, 6, 5] }]);
    expect([...history.decidingEvents()]).toHaveLength(8);
  });

  test('is the same when only the events are left that decide, and in a copy', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const history = historyOf(events);
        const inOrder = [...history.decidingEvents()].sort((a, b) => a.seq - b.seq);
        const less = new History();
        for (const each of inOrder) less.add(each);
        for (const same of [less, history.copy()]) {
          expect(same.items()).toEqual(history.items());
          expect(same.shown().toSorted(byItem)).toEqual(history.shown().toSorted(byItem));
        }
        expect(history.copy().count).toBe(history.count);
      }),
    );
  });

  test('in a copy knows when the person did something last', () => {
    const copy = historyOf([event('a', 'like', 1), event('a', 'view', 9)]).copy();
    copy.add({ item: 'a', type: 'impression', at: 5, seq: 3 });
    expect(copy.shown()).toEqual([]);
  });

  test('of events at different times is the same in whatever order they come', () => {
    fc.assert(
      fc.property(anyEvents, fc.integer(), (events, salt) => {
        const apart = events.filter(({ at }, n) => events.findIndex((e) => e.at === at) === n);
        const mixed = apart
          .map((each, n) => ({ each, key: Math.sin(n * 7919 + salt) }))
          .sort((one, other) => one.key - other.key)
          .map(({ each }) => each);
        expect(historyOf(mixed).items()).toEqual(historyOf(apart).items());
        expect(historyOf(mixed).shown().toSorted(byItem)).toEqual(
          historyOf(apart).shown().toSorted(byItem),
        );
      }),
    );
  });

  test('goes on from the events that decide as it would have from all', () => {
    fc.assert(
      fc.property(anyEvents, anyEvents, (before, after) => {
        const stored = [...before, ...after].map((each, n) => ({ ...each, seq: n + 1 }));
        const whole = new History();
        for (const each of stored) whole.add(each);
        const first = new History();
        for (const each of stored.slice(0, before.length)) first.add(each);
        const second = new History();
        for (const each of [...first.decidingEvents(), ...stored.slice(before.length)]) {
          second.add(each);
        }
        expect(second.items()).toEqual(whole.items());
        const copy = first.copy();
        for (const each of stored.slice(before.length)) copy.add(each);
        expect([copy.items(), copy.count]).toEqual([whole.items(), whole.count]);
      }),
    );
  });
});
