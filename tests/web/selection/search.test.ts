import { describe, expect, test } from 'vitest';
import {
  type Candidate,
  keyOf,
  ranked,
  search,
  type Trial,
} from '../../../web/selection/search.js';

/** Candidates whose value is their setting `x`, and that are seen the more clearly the more is looked at. */
const candidate = (x: number): Candidate => ({ model: 'ials', settings: { x } });
const look = async ({ settings }: Candidate) => ({ value: settings.x as number });

const drawFrom = (values: number[]) => {
  const left = [...values];
  return () => (left.length > 0 ? candidate(left.shift() as number) : null);
};

const standard = {
  first: [candidate(5)],
  look,
  larger: true,
  maxTrials: 1000,
  timeIsUp: () => false,
};

describe('successive halving', () => {
  test('gives the better half of a bracket twice as much, and tries the first candidate in full whatever it is worth', async () => {
    const first = [candidate(-1)];
    const trials = await search({ ...standard, first, draw: drawFrom([1, 2, 3, 4, 5, 6, 7]) });
    const at = (fidelity: number) =>
      trials.filter((trial) => trial.fidelity === fidelity).map((trial) => trial.settings.x);
    expect(at(0.25)).toEqual([-1, 1, 2, 3, 4, 5, 6, 7]);
    expect(at(0.5)).toEqual([7, 6, 5, 4, -1]);
    expect(at(1)).toEqual([7, 6, 5, -1]);
    expect(trials.map((trial) => trial.trial)).toEqual(trials.map((_, n) => n + 1));
    expect(ranked(trials, true)[0]?.settings.x).toBe(7);
  });

  test('knows that less can be better', async () => {
    const trials = await search({ ...standard, larger: false, draw: drawFrom([1, 9]) });
    expect(ranked(trials, false)[0]?.settings.x).toBe(1);
  });

  test('goes on with brackets until there is nothing left to draw', async () => {
    const values = Array.from({ length: 15 }, (_, n) => n / 10);
    const trials = await search({ ...standard, draw: drawFrom(values) });
    expect(Math.max(...trials.map((trial) => trial.bracket))).toBe(2);
    expect(new Set(trials.filter((t) => t.fidelity === 0.25).map((t) => t.settings.x)).size).toBe(
      16,
    );
  });

  test('ends when the trials or the time are used up', async () => {
    const endless = () => candidate(Math.random());
    expect(await search({ ...standard, draw: endless, maxTrials: 11 })).toHaveLength(11);
    let looks = 0;
    const trials = await search({
      ...standard,
      draw: endless,
      look: async (each) => {
        looks++;
        return look(each);
      },
      timeIsUp: () => looks >= 5,
    });
    expect(trials).toHaveLength(5);
  });

  test('leaves a candidate that fails behind, and says why', async () => {
    const trials = await search({
      ...standard,
      draw: drawFrom([1, 2]),
      look: async (each) => (each.settings.x === 2 ? { failure: 'too large' } : look(each)),
    });
    expect(trials.filter((trial) => trial.settings.x === 2)).toMatchObject([
      { value: null, failure: 'too large', fidelity: 0.25 },
    ]);
  });

  test('does not try again what an earlier run tried', async () => {
    const whole = await search({ ...standard, draw: drawFrom([1, 2, 3]) });
    const fresh: Trial[] = [];
    const looked: number[] = [];
    const again = await search({
      ...standard,
      draw: drawFrom([1, 2, 3]),
      known: whole.slice(0, 5),
      look: async (each) => {
        looked.push(each.settings.x as number);
        return look(each);
      },
      onTrial: (trial, isFresh) => {
        if (isFresh) fresh.push(trial);
      },
    });
    expect(again.map(({ seconds, ...rest }) => rest)).toEqual(
      whole.map(({ seconds, ...rest }) => rest),
    );
    expect(looked).toHaveLength(whole.length - 5);
    expect(fresh).toHaveLength(looked.length);
  });
});

test('trials that saw more come first, then the better ones, and failures are left out', () => {
  const trial = (number: number, fidelity: number, value: number | null): Trial => ({
    ...candidate(number),
    trial: number,
    bracket: 1,
    fidelity,
    value,
    seconds: 0,
    failure: '',
  });
  const trials = [
    trial(1, 0.25, 9),
    trial(2, 1, 1),
    trial(3, 1, null),
    trial(4, 1, 2),
    trial(5, 1, 2),
  ];
  expect(ranked(trials, true).map((each) => each.trial)).toEqual([4, 5, 2, 1]);
  expect(ranked(trials, false).map((each) => each.trial)).toEqual([2, 4, 5, 1]);
});

test('settings in another order are the same candidate', () => {
  expect(keyOf({ model: 'ials', settings: { a: 1, b: 2 } }, 1)).toBe(
    keyOf({ model: 'ials', settings: { b: 2, a: 1 } }, 1),
  );
  expect(keyOf({ model: 'ials', settings: { a: 1 } }, 1)).not.toBe(
    keyOf({ model: 'bpr', settings: { a: 1 } }, 1),
  );
  expect(keyOf({ model: 'ials', settings: {} }, 1)).not.toBe(
    keyOf({ model: 'ials', settings: {} }, 0.5),
  );
});
