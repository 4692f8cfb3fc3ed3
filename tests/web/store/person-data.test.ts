import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { historyOf } from '../../../web/engine/history.js';
import type { TimedEvent } from '../../../web/store/event-log.js';
import { newEvents, readPersonData, writePersonData } from '../../../web/store/person-data.js';
import { EVENT_TYPES } from '../../../web/types.js';

const topics = { muted: ['horror'], preferred: ['comedy', '__proto__'] };
const stored = (events: readonly TimedEvent[]) =>
  events.map((event, n) => ({ ...event, seq: n + 1 }));

const anyEvent: fc.Arbitrary<TimedEvent> = fc
  .record({
    item: fc.oneof(fc.constantFrom('a', 'b', '__proto__', ''), fc.string({ unit: 'grapheme' })),
    type: fc.constantFrom(...EVENT_TYPES),
    at: fc.integer({ min: 0, max: 5 }),
    value: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ value, ...event }) => (event.type === 'rate' ? { ...event, value } : event));
const anyEvents = fc.array(anyEvent, { maxLength: 30 });

describe('the data of a person', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const read = readPersonData(writePersonData(stored(events), topics));
        expect(read).toEqual({ events, ...topics });
      }),
    );
  });

  test('of version 1 is read too', () => {
    const text =
      '{"format":"inkling-events","version":1,"events":[{"item":"a","type":"rate","value":2,"at":7}]}';
    expect(readPersonData(text)).toEqual({
      events: [{ item: 'a', type: 'rate', value: 2, at: 7 }],
      muted: [],
      preferred: [],
    });
  });

  test.each([
    ['{', 'invalid_argument', /no JSON/],
    ['null', 'invalid_argument', /not of the format "inkling-events"/],
    ['{"format":"inkling-events"}', 'invalid_argument', /not of the format/],
    [
      '{"format":"inkling-events","version":3,"events":[]}',
      'unsupported_version',
      /version 3.*1 to 2/,
    ],
    [
      '{"format":"inkling-events","version":2,"events":[],"muted":"horror"}',
      'invalid_argument',
      /arrays of topics/,
    ],
    [
      '{"format":"inkling-events","version":2,"events":[{"item":"a","type":"like","at":1},{"item":"b","type":"love","at":1}]}',
      'invalid_argument',
      /importData: event 2: the type is "love"/,
    ],
    [
      '{"format":"inkling-events","version":2,"events":[{"item":"a","type":"like"}]}',
      'invalid_argument',
      /event 1: at is/,
    ],
    [
      '{"format":"inkling-events","version":2,"events":[{"item":"\\ud800","type":"like","at":1}]}',
      'invalid_argument',
      /event 1: .*surrogate/,
    ],
  ])('%s is refused with the reason', (text, code, message) => {
    let error: unknown;
    try {
      readPersonData(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('of any kind is read or refused with an error of ours', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          format: fc.constant('inkling-events'),
          version: fc.constantFrom(1, 2),
          events: fc.array(fc.anything()),
          muted: fc.anything(),
        })
        .map((data) => JSON.stringify(data) ?? ''),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          readPersonData(text);
        } catch (error) {
          expect(error).toMatchObject({ name: 'InklingError' });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('two devices that are merged', () => {
  const merged = (one: readonly TimedEvent[], other: readonly TimedEvent[]) => [
    ...one,
    ...newEvents(one, other),
  ];
  const sorted = (events: readonly TimedEvent[]) =>
    events.map((event) => JSON.stringify(event)).sort();

  test('have what either had, nothing twice, whichever way and however often', () => {
    fc.assert(
      fc.property(anyEvents, anyEvents, anyEvents, (both, a, b) => {
        const [one, other] = [
          [...both, ...a],
          [...both, ...b],
        ];
        const there = merged(one, other);
        expect(sorted(merged(other, one))).toEqual(sorted(there));
        expect(newEvents(there, other)).toEqual([]);
        expect(newEvents(there, one)).toEqual([]);
        expect(newEvents(one, one)).toEqual([]);
        expect(new Set(sorted(there))).toEqual(new Set(sorted([...both, ...a, ...b])));
      }),
    );
  });

  test('come to the same of each item where no two events share a moment', () => {
    const distinct = fc.uniqueArray(anyEvent, { selector: (event) => event.at, maxLength: 30 });
    const apart = distinct.map((events) => events.map((event, n) => ({ ...event, at: n * 7 })));
    fc.assert(
      fc.property(apart, fc.integer(), (events, salt) => {
        const [one, other] = [
          events.filter((_, n) => (n * 37 + salt) % 3 !== 0),
          events.filter((_, n) => (n * 37 + salt) % 3 !== 1),
        ];
        expect(historyOf(merged(one, other)).items()).toEqual(
          historyOf(merged(other, one)).items(),
        );
      }),
    );
  });
});
