import { describe, expect, test } from 'vitest';
import { known } from './known-person.js';
import { clusterOf, expectReasonsToSum, ids, open } from './opened-recommender.js';

describe('a query', () => {
  test('finds other things first for other people', async () => {
    const [one, other] = [await known(), await known()];
    await other.edit({ forget: { item: 'i1' } });
    await other.record({ item: 'i4', type: 'like' });
    const query = 'cluster';
    const [ones, others] = [
      await one.recommend({ query, k: 20 }),
      await other.recommend({ query, k: 20 }),
    ];
    expect([...ones, ...others].every(({ source }) => source === 'query')).toBe(true);
    expect(clusterOf(ones[0]?.item ?? '')).toBe(1);
    expect(clusterOf(others[0]?.item ?? '')).toBe(4);
    expectReasonsToSum([...ones, ...others]);
    expect(ones[0]?.reasons.map(({ kind }) => kind)).toContain('event');
    expect(ones[0]?.reasons.map(({ kind }) => kind)).toContain('tag');
  });

  test('denies, asks for attributes and for phrases', async () => {
    const films = [
      { id: 'a', title: 'Quiet Earth', tags: ['Science Fiction'], year: 1985 },
      {
        id: 'b',
        title: 'Loud Earth',
        text: 'A violent storm',
        tags: ['Science Fiction'],
        year: 1992,
      },
      { id: 'c', title: 'Earth, quiet', tags: ['War'], year: 1999 },
      { id: 'd', title: '安静的星球', tags: ['科幻'], year: 2001 },
      { id: 'e', title: '恐怖的星球', tags: ['科幻'], year: 2002 },
      { id: 'f', title: 'No Country', tags: ['Crime'], year: 2007 },
    ];
    const recommender = await open({ catalog: films });
    const found = async (query: string) =>
      (await recommender.recommend({ query }))
        .flatMap(({ item, source }) => (source === 'query' ? [item] : []))
        .sort();
    const all = async (query: string) => ids(await recommender.recommend({ query })).sort();
    expect(await found('earth')).toEqual(['a', 'b', 'c']);
    expect(await found('earth, nothing violent')).toEqual(['a', 'c']);
    expect(await all('earth -violent')).toEqual(['a', 'c', 'd', 'e', 'f']);
    expect(await all('-fiction')).toEqual(['c', 'd', 'e', 'f']);
    expect(await all('"quiet earth"')).toEqual(['a']);
    expect(await found('earth year:1990..1999')).toEqual(['b', 'c']);
    expect(await all('year:1990..1999')).toEqual(['b', 'c']);
    expect(await found('星球 不要恐怖')).toEqual(['d']);
    expect(await found('no country')).toEqual(['f']);
    expect((await all('no country')).length).toBe(6);
  });

  test('denies and asks for phrases wherever its words are looked for', async () => {
    const recommender = await open({
      catalog: [
        { id: 'a', title: 'Space', director: 'Ada Lo', blurb: 'a violent storm', year: 1990 },
        { id: 'b', title: 'Space', director: 'Ben Lo', blurb: 'a quiet storm', year: 1990 },
        { id: 'c', title: 'Space', text: 'violent, says what does not count', year: 1993 },
      ],
      fields: { title: 1, blurb: 1, director: { kind: 'tags' }, year: { kind: 'number' } },
    });
    const all = async (query: string) => ids(await recommender.recommend({ query })).sort();
    expect(await all('space -violent')).toEqual(['b', 'c']);
    expect(await all('space, nothing violent')).toEqual(['b', 'c']);
    expect(await all('space no Ada Lo')).toEqual(['b', 'c']);
    expect(await all('space -"ben lo"')).toEqual(['a', 'c']);
    expect(await all('"a quiet storm"')).toEqual(['b']);
    expect(await all('"ada lo"')).toEqual(['a']);
    expect(await all('-1990')).toEqual(['a', 'b', 'c']);
  });

  test('finds phrases and denies words of any kind', async () => {
    const recommender = await open({
      catalog: [
        { id: 'who', title: 'The Who' },
        { id: 'b', title: 'Plan B' },
        { id: 'street', title: 'Die Straße' },
        { id: 'wide', title: 'Ｑｕｉｅｔ　Ｅａｒｔｈ' },
        { id: 'amelie', title: 'Amélie' },
        { id: 'hindi', title: 'हिन्दी फ़िल्म' },
        { id: 'thai', title: 'ภาพยนตร์สยองขวัญ' },
        { id: 'letter', title: 'ฃ' },
        { id: 'letters', title: 'ขฃค' },
      ],
    });
    const all = async (query: string) => ids(await recommender.recommend({ query }));
    for (const [id, phrase] of [
      ['who', 'the who'],
      ['b', 'b'],
      ['street', 'STRASSE'],
      ['street', 'straße'],
      ['wide', 'quiet earth'],
      ['wide', 'ｑｕｉｅｔ'],
      ['amelie', 'Ame\u0301lie'],
      ['hindi', 'हिन्दी'],
      ['thai', 'สยองขวัญ'],
    ] as const) {
      expect(await all(`"${phrase}"`)).toEqual([id]);
      const others = await all(`-"${phrase}"`);
      expect(others).toHaveLength(8);
      expect(others).not.toContain(id);
      if (!phrase.includes(' ')) expect((await all(`-${phrase}`)).sort()).toEqual(others.sort());
    }
    expect((await all('"ฃ"')).sort()).toEqual(['letter', 'letters']);
    expect(await all('""')).toHaveLength(9);
    expect(await all('"…" -…')).toHaveLength(9);
  });

  test('does not deny a title by its own words', async () => {
    const recommender = await open({
      catalog: [
        { id: 'film', title: 'No Country for Old Men', tags: ['Western'] },
        { id: 'other', title: 'Country Roads', tags: ['Western'] },
        { id: 'war', title: 'Men at War', tags: ['Western'] },
        { id: 'days', title: '没有暴力的日子', tags: ['剧情'] },
        { id: 'storm', title: '暴力风暴', tags: ['剧情'] },
      ],
    });
    const all = async (query: string) => ids(await recommender.recommend({ query }));
    expect((await all('no country for old men western'))[0]).toBe('film');
    expect(await all('no country for old men western')).not.toContain('other');
    expect(await all('western -country')).not.toContain('film');
    expect(await all('western without country')).not.toContain('film');
    expect(await all('western no war')).not.toContain('war');
    expect(await all('没有暴力的剧情')).toContain('days');
    expect(await all('没有暴力的剧情')).not.toContain('storm');
  });

  test('is taken apart in the same way where an app splits texts', async () => {
    const recommender = await open({
      catalog: [
        { id: 'a', title: '恐怖片之夜' },
        { id: 'b', title: '恐怖 的 夜' },
        { id: 'c', title: '安静的夜' },
      ],
      tokenizer: new URL('./texts/whole-text.mjs', import.meta.url).href,
    });
    expect(ids(await recommender.recommend({ query: '-恐怖' }))).toEqual(['c']);
    expect(ids(await recommender.recommend({ query: '"恐怖"' })).sort()).toEqual(['a', 'b']);
  });
});
