import { beforeEach, describe, expect, test } from 'vitest';
import { batches, eventOf, type NumberedEvent, numberOf } from './events.js';
import { FAULTS, Witness } from './witness.js';

const SEED = 5;

describe('the witness of a crash', () => {
  let witness: Witness;
  /** Ends of the calls of record(), in events. */
  let ends: number[];

  const events = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => eventOf(from + n));
  const faults = () =>
    Object.fromEntries(
      FAULTS.map((kind) => [kind, witness.findings[kind]]).filter(([, count]) => count !== 0),
    );

  beforeEach(() => {
    witness = new Witness();
    witness.judge([]);
    witness.begin(SEED);
    witness.announce(400);
    let end = 0;
    ends = [];
    for (const size of batches(SEED)) {
      end += size;
      ends.push(end);
      if (end > 300) break;
    }
  });

  const endOf = (calls: number) => ends[calls - 1] as number;

  test('finds no fault where all that was acknowledged is there', () => {
    witness.acknowledge(0, endOf(20));
    witness.judge(events(0, endOf(20)));
    expect(faults()).toEqual({});
    expect(witness.findings).toMatchObject({ acknowledged: endOf(20), unacknowledged: 0 });
  });

  test('allows whole calls that were sent and not acknowledged', () => {
    witness.acknowledge(0, endOf(20));
    witness.judge(events(0, endOf(23)));
    expect(faults()).toEqual({});
    expect(witness.findings.unacknowledged).toBe(endOf(23) - endOf(20));
  });

  test('misses a lost event, of the last start and of earlier ones', () => {
    witness.acknowledge(0, endOf(20));
    witness.judge(events(0, endOf(20) - 1));
    expect(faults()).toMatchObject({ lost: 1 });
    witness.begin(SEED + 1);
    witness.judge(events(1, endOf(20) - 1));
    expect(faults()).toMatchObject({ lost: 2 });
    expect(witness.faults.at(-1)).toMatch(/^lost: event 0 /);
  });

  test('sees an event that is there twice', () => {
    witness.acknowledge(0, endOf(9));
    witness.judge([...events(0, endOf(9)), eventOf(endOf(9) - 1)]);
    expect(faults()).toEqual({ duplicated: 1 });
  });

  test('sees events that were never sent, and those that are not as they were sent', () => {
    witness.acknowledge(0, endOf(9));
    const changed: NumberedEvent = { ...eventOf(0), item: 'another' };
    witness.judge([changed, ...events(1, endOf(9)), eventOf(400)]);
    expect(faults()).toMatchObject({ foreign: 2, lost: 1 });
    expect(numberOf(changed)).toBeNull();
    expect(numberOf(eventOf(400))).toBe(400);
  });

  test('sees a changed order', () => {
    witness.acknowledge(0, endOf(9));
    const [first, second, ...rest] = events(0, endOf(9));
    witness.judge([second as NumberedEvent, first as NumberedEvent, ...rest]);
    expect(faults()).toEqual({ disordered: 1 });
  });

  test('sees half of a call, and a call without the one before it', () => {
    const large = ends.findIndex((end, n) => n > 0 && end - endOf(n) > 2);
    const start = endOf(large);
    witness.judge(events(0, start + 1));
    expect(faults()).toMatchObject({ disordered: endOf(large + 1) - start - 1 });

    witness = new Witness();
    witness.begin(SEED);
    witness.announce(400);
    witness.judge(events(0, endOf(12)).filter((_, n) => n < endOf(4) || n >= endOf(5)));
    expect(faults()).toEqual({ disordered: endOf(5) - endOf(4) });
  });

  test('wants the events of a forgotten item to be gone, and only those', () => {
    const all = events(0, endOf(60));
    const item = all[3]?.item as string;
    const without = all.filter((event) => event.item !== item);
    expect(all.length - without.length).toBeGreaterThan(1);
    witness.acknowledge(0, endOf(60));
    witness.forgetting(item, endOf(60));
    witness.forgot(item);
    witness.judge(without);
    expect(faults()).toEqual({});
    expect(witness.findings.forgotten).toBe(all.length - without.length);

    witness.begin(SEED + 1);
    witness.judge(all);
    expect(faults()).toEqual({ foreign: all.length - without.length });
  });

  test('sees events that stayed though forgetting them was acknowledged', () => {
    const all = events(0, endOf(60));
    witness.acknowledge(0, endOf(60));
    witness.forgetting(all[3]?.item as string, endOf(60));
    witness.forgot(all[3]?.item as string);
    witness.judge(all);
    expect(faults()).toMatchObject({ remaining: expect.any(Number) });
  });

  test('allows a forgetting that was cut off to be done or not, but not half', () => {
    const all = events(0, endOf(60));
    const item = all[3]?.item as string;
    const judge = (found: NumberedEvent[]) => {
      witness = new Witness();
      witness.begin(SEED);
      witness.announce(400);
      witness.acknowledge(0, endOf(60));
      witness.forgetting(item, endOf(60));
      witness.judge(found);
      return faults();
    };
    expect(judge(all)).toEqual({});
    expect(judge(all.filter((event) => event.item !== item))).toEqual({});
    expect(judge(all.filter((_, n) => n !== 3))).toMatchObject({ remaining: expect.any(Number) });
  });

  test('wants nothing after an erasure, and everything or nothing after one that was cut off', () => {
    const all = events(0, endOf(30));
    const judge = (found: NumberedEvent[], done: boolean) => {
      witness = new Witness();
      witness.begin(SEED);
      witness.announce(400);
      witness.acknowledge(0, endOf(30));
      witness.judge(all);
      witness.begin(SEED + 1);
      witness.eraseBegins();
      if (done) witness.eraseEnds(0);
      witness.judge(found);
      return faults();
    };
    expect(judge([], true)).toEqual({});
    expect(judge(all, true)).toMatchObject({ remaining: all.length });
    expect(judge([], false)).toEqual({});
    expect(judge(all, false)).toEqual({});
    expect(judge(all.slice(5), false)).toMatchObject({ remaining: all.length - 5 });
  });
});
