import { describe, expect, test } from 'vitest';
import type { RecommendOptions } from '../../web/types.js';
import { catalog, known, yearOf } from './known-person.js';
import { ids, open } from './opened-recommender.js';

describe('more like this', () => {
  test('begins with items like one, without it, and says so', async () => {
    const recommender = await known();
    const list = await recommender.recommend({ like: 'i4', k: 8 });
    expect(list[0]).toMatchObject({
      source: 'similar',
      reasons: [{ kind: 'similar', item: 'i4', contribution: list[0]?.score }],
    });
    expect(ids(list)).not.toContain('i4');
    const similar = (await recommender.similar('i4', { k: 8 })).filter(
      ({ source }) => source === 'ials',
    );
    expect(ids(list).slice(0, 4)).toEqual(
      ids(similar)
        .filter((id) => id !== 'i1')
        .slice(0, 4),
    );
    await expect(recommender.recommend({ like: 'nothing' })).rejects.toMatchObject({
      code: 'unknown_item',
    });
  });

  test.each<[RecommendOptions['but'], (id: string) => boolean]>([
    ['newer', (id) => yearOf(id) > yearOf('i30')],
    ['older', (id) => yearOf(id) < yearOf('i30')],
    [
      'longer',
      (id) => (catalog[Number(id.slice(1))]?.runtime as number) > (catalog[30]?.runtime as number),
    ],
    [
      'shorter',
      (id) => (catalog[Number(id.slice(1))]?.runtime as number) < (catalog[30]?.runtime as number),
    ],
    ['more popular', (id) => Number(id.slice(1)) < 30],
    ['less popular', (id) => Number(id.slice(1)) > 30],
    [
      ['newer', 'shorter'],
      (id) =>
        yearOf(id) > yearOf('i30') &&
        (catalog[Number(id.slice(1))]?.runtime as number) < (catalog[30]?.runtime as number),
    ],
    [{ director: 'director 3' }, (id) => Number(id.slice(1)) % 7 === 3],
  ])('but %j has such items alone, and all of them', async (but, fits) => {
    const recommender = await open({ catalog });
    const list = await recommender.recommend({ like: 'i30', but: but as never, k: 60 });
    const expected = catalog.filter(({ id }) => id !== 'i30' && fits(id));
    expect(ids(list).sort()).toEqual(expected.map(({ id }) => id).sort());
    expect(expected.length).toBeGreaterThan(0);
  });
});
