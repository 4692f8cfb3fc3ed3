import { describe, expect, test } from 'vitest';
import { ENGLISH, type Phrases, phrase, sentence } from '../../web/sentences/index.js';
import type { Reason, Source } from '../../web/types.js';
import { interactions, items, open } from './opened-recommender.js';

const titleOf = (id: string) => ({ a: 'Alien', x: '异形' })[id];

const told: [Reason, string, string][] = [
  [{ kind: 'event', item: 'a', contribution: 1 }, 'it goes with “Alien”', '它与《Alien》合得来'],
  [
    { kind: 'event', item: 'x', terms: ['horror', 'space'], contribution: 1 },
    'it goes with “异形” (horror, space)',
    '它与《异形》合得来（horror、space）',
  ],
  [
    { kind: 'event', item: 'no title', contribution: 1 },
    'it goes with “no title”',
    '它与《no title》合得来',
  ],
  [
    { kind: 'event', item: 'a', contribution: -1 },
    'it has something of “Alien”',
    '它也有几分像《Alien》',
  ],
  [
    { kind: 'event', item: 'a', weight: -1, terms: ['horror'], contribution: 1 },
    'it is unlike “Alien”, which you did not like',
    '它不像你不喜欢的《Alien》',
  ],
  [
    { kind: 'event', item: 'a', weight: -0.5, terms: ['horror'], contribution: -1 },
    'it is like “Alien” (horror), which you did not like',
    '它像你不喜欢的《Alien》（horror）',
  ],
  [{ kind: 'term', term: 'quiet', contribution: 1 }, 'it says “quiet”', '其中提到“quiet”'],
  [
    { kind: 'term', term: 'loud', contribution: -1 },
    'it says “loud”, which is not your taste',
    '其中提到不合你口味的“loud”',
  ],
  [{ kind: 'tag', term: 'war', contribution: 1 }, 'it is about “war”', '它属于“war”'],
  [
    { kind: 'tag', term: 'war', contribution: -1 },
    'it is about “war”, which is not your taste',
    '它属于不合你口味的“war”',
  ],
  [
    { kind: 'attribute', field: 'director', term: 'Ada Lo', contribution: 1 },
    'its director fits: “Ada Lo”',
    '它的director合适：“Ada Lo”',
  ],
  [
    { kind: 'attribute', field: 'year', term: 'year 1990–1998', contribution: -1 },
    'its year is not your taste: “year 1990–1998”',
    '它的year不合你口味：“year 1990–1998”',
  ],
  [{ kind: 'model', contribution: 1 }, 'it usually fits well', '它通常很合适'],
  [{ kind: 'model', contribution: -1 }, 'it usually fits less well', '它通常不太合适'],
  [{ kind: 'popularity', contribution: 9 }, 'many others chose it', '很多人选了它'],
  [
    { kind: 'popularity', context: 'mobile', contribution: 9 },
    'many others chose it (mobile)',
    '很多人选了它（mobile）',
  ],
  [
    { kind: 'popularity', contribution: 0 },
    'nobody is known to have chosen it yet',
    '还没有人选过它',
  ],
  [
    { kind: 'preference', term: 'comedy', contribution: 1 },
    'you prefer “comedy”',
    '你偏好“comedy”',
  ],
  [
    { kind: 'boost', rule: 0, contribution: 1 },
    'this page has put it further up',
    '本页把它排得靠前一些',
  ],
  [
    { kind: 'boost', rule: 0, contribution: -1 },
    'this page has put it further down',
    '本页把它排得靠后一些',
  ],
  [{ kind: 'freshness', contribution: 1 }, 'it is new', '它是新的'],
  [{ kind: 'freshness', contribution: -1 }, 'new items are put further down', '新的排得靠后一些'],
  [
    { kind: 'impression', count: 1, contribution: -1 },
    'it has been shown to you 1 time',
    '它已向你展示过1次',
  ],
  [
    { kind: 'impression', count: 6, contribution: -1 },
    'it has been shown to you 6 times',
    '它已向你展示过6次',
  ],
  [{ kind: 'similar', item: 'a', contribution: 1 }, 'it is like “Alien”', '它与《Alien》相似'],
  [{ kind: 'pick', contribution: 1 }, 'an editor picked it', '编辑推荐了它'],
  [{ kind: 'pin', contribution: 0 }, 'it has a fixed place here', '它固定在这个位置'],
  [{ kind: 'exploration', contribution: 2 }, 'few have met it yet', '知道它的人还不多'],
  [
    { kind: 'others', count: 1, contribution: 1 },
    '1 smaller reason speaks for it',
    '另有1个较小的理由支持它',
  ],
  [
    { kind: 'others', count: 3, contribution: -1 },
    '3 smaller reasons speak against it',
    '另有3个较小的理由不支持它',
  ],
];

describe('a reason in words', () => {
  test.each(told)('%j', (reason, english, chinese) => {
    expect(phrase(reason, { titleOf })).toBe(english);
    expect(phrase(reason, { titleOf, language: 'zh' })).toBe(chinese);
  });

  test('there is of every kind', () => {
    const kinds = new Set(told.map(([{ kind }]) => kind));
    expect([...kinds].sort()).toEqual(Object.keys(ENGLISH.for).sort());
  });
});

describe('a sentence', () => {
  const reasons: Reason[] = [
    { kind: 'event', item: 'a', terms: ['space'], contribution: 3 },
    { kind: 'impression', count: 4, contribution: -2 },
    { kind: 'preference', term: 'comedy', contribution: 1 },
    { kind: 'term', term: 'quiet', contribution: 0.5 },
    { kind: 'others', count: 7, contribution: 0.1 },
  ];

  test('tells the strongest reasons, and what weighs much against them', () => {
    expect(sentence({ source: 'ials', reasons }, { titleOf })).toBe(
      'It goes with “Alien” (space), and you prefer “comedy”, although it has been shown to you 4 times.',
    );
    expect(sentence({ source: 'ials', reasons }, { titleOf, language: 'zh', most: 3 })).toBe(
      '它与《Alien》合得来（space），而且你偏好“comedy”，而且其中提到“quiet”，不过它已向你展示过4次。',
    );
    expect(sentence({ source: 'ials', reasons }, { most: 1, titleOf: () => '' })).toBe(
      'It goes with “a” (space), although it has been shown to you 4 times.',
    );
  });

  test('does not tell what weighs little against them', () => {
    const [first, , third] = reasons as [Reason, Reason, Reason];
    const light: Reason = { kind: 'impression', count: 1, contribution: -1.4 };
    expect(sentence({ source: 'ials', reasons: [first, light, third] }, { titleOf })).toBe(
      'It goes with “Alien” (space), and you prefer “comedy”.',
    );
  });

  test.each<[Source, string, string]>([
    ['ials', 'People with a history like yours chose it.', '和你经历相似的人选了它。'],
    ['ensemble', 'People with a history like yours chose it.', '和你经历相似的人选了它。'],
    ['tf_idf', 'It resembles what you know.', '它与你了解的内容相近。'],
    ['item_vectors', 'It resembles what you know.', '它与你了解的内容相近。'],
    ['popularity', 'Many others chose it.', '很多人选了它。'],
    ['query', 'It matches what you asked for.', '它符合你的搜索。'],
    ['similar', 'It is like what you asked for.', '它与你指定的相似。'],
    ['interests', 'It is about what you prefer.', '它属于你偏好的内容。'],
    ['pick', 'An editor picked it.', '编辑推荐了它。'],
    ['pin', 'It has a fixed place here.', '它固定在这个位置。'],
    ['exploration', 'Few have met it yet.', '知道它的人还不多。'],
  ])('of %s without reasons tells where it came from', (source, english, chinese) => {
    expect(sentence({ source, reasons: [] })).toBe(english);
    expect(sentence({ source, reasons: [] }, { language: 'zh' })).toBe(chinese);
  });

  test('of what is tried out says so, whatever speaks for it', () => {
    const tried = {
      source: 'exploration' as const,
      reasons: [{ kind: 'event' as const, item: 'a', contribution: 1 }],
      propensity: 0.2,
    };
    expect(sentence(tried)).toBe('It is something to try.');
    expect(sentence(tried, { language: 'zh' })).toBe('它值得一试。');
    const { tried: _, ...older } = ENGLISH;
    expect(sentence(tried, { language: older })).toBe('It goes with “a”.');
  });

  test('comes in any language that there is a table for', () => {
    const shouting: Phrases = {
      ...ENGLISH,
      title: (text) => text.toUpperCase(),
      sentence: (forIt) => `${forIt.join('! ')}!`,
    };
    expect(sentence({ source: 'ials', reasons }, { titleOf, language: shouting })).toBe(
      'it goes with ALIEN (space)! you prefer “comedy”!',
    );
  });

  test('in an unknown language is refused', () => {
    for (const language of ['ch', 'constructor']) {
      expect(() => sentence({ source: 'ials', reasons }, { language: language as 'zh' })).toThrow(
        expect.objectContaining({
          code: 'invalid_argument',
          message: expect.stringMatching(/expected one of en, zh/),
        }),
      );
    }
  });

  test('is there for whatever a recommender recommends', async () => {
    const recommender = await open({ catalog: items });
    await recommender.record({ item: 'i4', type: 'like' });
    const list = await recommender.recommend({
      k: 30,
      pins: ['i9'],
      picks: ['i11'],
      explore: 0.3,
      boost: [{ filter: { tags: 'cluster 2' }, by: -1 }],
    });
    const [pinned, liked] = list.map((entry) => sentence(entry, { titleOf: (id) => `Item ${id}` }));
    expect(pinned).toBe('It has a fixed place here.');
    expect(liked).toMatch(/^It goes with “Item i4” \(.*cluster 4/);
    for (const entry of list) {
      for (const language of ['en', 'zh'] as const) {
        expect(sentence(entry, { language })).not.toMatch(/undefined|“”|《》/);
      }
    }
  });

  test('never says that an item goes with what the person disliked', async () => {
    const recommender = await open({ catalog: items });
    await recommender.train(interactions, { settings: { numFactors: 8 } });
    await recommender.record([
      { item: 'i4', type: 'like' },
      { item: 'i1', type: 'view' },
      { item: 'i7', type: 'dislike' },
      { item: 'i2', type: 'rate', value: 2 },
    ]);
    const list = await recommender.recommend({ k: 56, explain: Infinity });
    const weights = new Map([
      ['i4', 1],
      ['i1', 0.25],
      ['i7', -1],
      ['i2', -0.5],
    ]);
    const events = list.flatMap(({ reasons }) => reasons.filter(({ kind }) => kind === 'event'));
    for (const reason of events) {
      const { item = '', weight } = reason;
      expect(weight).toBe(weights.get(item));
      const words = phrase(reason, { most: 9 });
      expect(/goes with|has something/.test(words)).toBe(item === 'i4' || item === 'i1');
    }
    const gains = events.filter(({ weight = 0, contribution }) => weight < 0 && contribution > 0);
    expect(gains.length).toBeGreaterThan(0);
  });
});
