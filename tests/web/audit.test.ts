import { describe, expect, test } from 'vitest';
import { exploredChoices, exposureReport, shownLists } from '../../web/audit/index.js';
import { open } from './opened-recommender.js';

/** Numbers from 0 to 1 that look like chance. */
function chance(seed: number) {
  let state = seed * 2_654_435 + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const MAKERS = ['anna', 'ben', 'carla', 'dora', 'emil'];
const items = Array.from({ length: 200 }, (_, n) => `i${n}`);
const makerOf = (item: string) => MAKERS[Number(item.slice(1)) % MAKERS.length] as string;

/** People like items whoever made them; the scorer takes `malus` off those of one maker. */
function world(seed: number, wronged: string, malus: number) {
  const random = chance(seed);
  const lists: string[][] = [];
  const relevant: string[][] = [];
  for (let person = 0; person < 300; person++) {
    const liking = new Map(items.map((item) => [item, random()]));
    const score = (item: string) =>
      (liking.get(item) as number) + 0.3 * random() - (makerOf(item) === wronged ? malus : 0);
    const scores = new Map(items.map((item) => [item, score(item)]));
    const byScore = [...items].sort(
      (a, b) => (scores.get(b) as number) - (scores.get(a) as number),
    );
    lists.push(byScore.slice(0, 10));
    relevant.push(items.filter((item) => (liking.get(item) as number) > 0.9));
  }
  return { lists, relevant };
}

describe('exposureReport', () => {
  test.each(MAKERS)(
    'names %s where the scorer wrongs them, and nobody else as losing',
    (wronged) => {
      const report = exposureReport({ ...world(7, wronged, 0.15), groupsOf: makerOf });
      expect(report[0]).toMatchObject({ group: wronged, verdict: 'loses' });
      expect(report[0]?.interval[1]).toBeLessThan(0.9);
      expect(report.filter(({ verdict }) => verdict === 'loses')).toHaveLength(1);
      expect(report.reduce((sum, { attention }) => sum + attention, 0)).toBeCloseTo(1, 10);
      expect(report.reduce((sum, { merit }) => sum + merit, 0)).toBeCloseTo(1, 10);
    },
  );

  test('names the one a scorer favours as gaining', () => {
    const report = exposureReport({ ...world(3, 'ben', -0.15), groupsOf: makerOf });
    expect(report.at(-1)).toMatchObject({ group: 'ben', verdict: 'gains' });
  });

  test('names nobody where the scorer is fair, but for one world in twenty', () => {
    let named = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const report = exposureReport({ ...world(seed, 'nobody', 0), groupsOf: makerOf, seed });
      if (report.some(({ verdict }) => verdict !== 'as merited')) named++;
    }
    expect(named).toBeLessThanOrEqual(5);
  });

  test('knows what a catalogue merits, items of several groups, and of none', () => {
    const [a, b, c] = exposureReport({
      lists: [['x', 'y']],
      items: ['x', 'y', 'z', 'w'],
      groupsOf: (item) => ({ x: 'a', y: ['a', 'b'], z: 'c' })[item],
    });
    const second = 1 / Math.log2(3);
    expect([a?.group, b?.group, c?.group]).toEqual(['c', 'b', 'a']);
    expect(a).toMatchObject({ attention: 0, ratio: 0, merit: 1 / 3 });
    expect(b?.attention).toBeCloseTo(second / 2 / (1 + second), 12);
    expect(b?.merit).toBeCloseTo(0.5 / 3, 12);
    expect(c?.attention).toBeCloseTo((1 + second / 2) / (1 + second), 12);
  });

  test('names nobody by a few lists', () => {
    const few = exposureReport({
      lists: Array.from({ length: 19 }, () => ['x', 'y']),
      items: ['x', 'y', 'z'],
      groupsOf: (item) => item,
    });
    expect(few.map(({ verdict }) => verdict)).toEqual(Array(3).fill('too few lists'));
  });

  test.each([
    ['nothing', undefined, /lists is missing/],
    ['a text as lists', { lists: 'abc', groupsOf: makerOf, items: [] }, /lists is "abc"/],
    [
      'texts as lists',
      { lists: ['a'], groupsOf: makerOf, items: [] },
      /lists is an array; .*arrays/,
    ],
    ['no function', { lists: [], groupsOf: {}, items: [] }, /groupsOf is an object/],
    ['a text as items', { lists: [], groupsOf: makerOf, items: 'a' }, /items is "a"/],
  ])('refuses %s', (_, question, message) => {
    expect(() => exposureReport(question as never)).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        message: expect.stringMatching(message),
      }),
    );
  });

  test('refuses what tells no merit', () => {
    const groupsOf = makerOf;
    expect(() => exposureReport({ lists: [[]], groupsOf })).toThrow(/neither relevant nor items/);
    expect(() => exposureReport({ lists: [[]], relevant: [], groupsOf })).toThrow(
      /0 arrays .* 1 lists/,
    );
  });
});

describe('the log of a person', () => {
  test('tells the lists that were shown, and what was tried out', async () => {
    const recommender = await open({ catalog: items.map((id) => ({ id, title: id })) });
    const shown = (at: number, names: string[]) =>
      names.map((item, n) => ({ item, type: 'impression' as const, at, position: n + 1 }));
    await recommender.record([
      ...shown(1000, ['i1', 'i2', 'i3']).reverse(),
      { item: 'i4', type: 'impression', at: 5000, position: 2, propensity: 0.25 },
      { item: 'i5', type: 'impression', at: 5000, position: 1, propensity: 0.5 },
      { item: 'i4', type: 'click', at: 9000 },
      { item: 'i5', type: 'click', at: 5000 + 31 * 60_000 },
    ]);
    const data = await (await recommender.exportData()).text();
    expect(shownLists(data)).toEqual([
      ['i1', 'i2', 'i3'],
      ['i5', 'i4'],
    ]);
    const { items: tried, ...log } = exploredChoices(data);
    expect(tried).toEqual(['i4', 'i5']);
    expect(log).toEqual({ times: [5000, 5000], propensities: [0.25, 0.5], rewards: [1, 0] });
    const { inversePropensity } = await recommender.offPolicy({
      propensities: log.propensities,
      rewards: log.rewards,
      targets: [0.5, 0.5],
    });
    expect(inversePropensity.value).toBeCloseTo(1, 12);
    expect(() => exploredChoices('{}')).toThrow(/format/);
    expect(() => shownLists(new Blob() as never)).toThrow(/await blob\.text\(\)/);
  });
});
