import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asSaid, parseQuery, says } from '../../../web/engine/query.js';

const TAGS = ['science fiction', 'horror', 'war'];
const SAID = ['恐怖', '暴力', '爱情', '科幻', 'old men'];
const known = {
  isAttribute: (name: string) => ['year', 'director', '导演'].includes(name),
  isTag: (phrase: string) => TAGS.includes(phrase),
  isSaid: (phrase: string) => SAID.includes(phrase),
  isInTitle: (text: string) =>
    ['no country for old men', '没有暴力的日子'].includes(text.toLowerCase()),
};
const parsed = (text: string) => {
  const { words, without, ...rest } = parseQuery(text, known);
  const denied = without.map(({ what }) => what);
  return { words: words.replace(/\s+/g, ' ').trim(), without: denied, ...rest };
};
const plain = { filters: [], phrases: [], without: [] };

describe('a query', () => {
  test('looks for few of the beginnings of what is denied without spaces', () => {
    const asked: string[] = [];
    const isSaid = (phrase: string) => asked.push(phrase) < 0;
    parseQuery('非'.repeat(1000), { ...known, isSaid });
    parseQuery('不要'.repeat(1000), { ...known, isSaid });
    expect(new Set(asked).size).toBeLessThan(10);
  });

  test.each<[string, unknown[]]>([
    ['not year:1990', [{ not: { year: { eq: 1990 } } }]],
    ['without year:1990..1999', [{ not: { year: { gte: 1990, lte: 1999 } } }]],
    [
      'no director:ada or director:eve',
      [{ not: { director: { eq: 'ada' } } }, { not: { director: { eq: 'eve' } } }],
    ],
    ['no horror or year:1990', [{ not: { year: { eq: 1990 } } }]],
    ['-year:1990', [{ not: { year: { eq: 1990 } } }]],
    ['not -year:1990', [{ not: { year: { eq: 1990 } } }]],
    ['year:1990', [{ year: { eq: 1990 } }]],
  ])('%s asks for attributes', (text, filters) => {
    expect(parsed(text).filters).toEqual(filters);
  });

  test.each([
    'quiet science fiction',
    'sci-fi',
    're:zero',
    'Mission: Impossible',
    '3:10 to Yuma',
    'nothing',
    'what not',
    '12,40',
    '非常安静的科幻',
    '非洲',
  ])('is words alone: %s', (text) => {
    const { words, ...rest } = parsed(text);
    expect(asSaid(words)).toBe(asSaid(text));
    expect(rest).toEqual(plain);
  });

  test.each<[string, string, string[]]>([
    ['quiet -violent', 'quiet', ['violent']],
    ['quiet science fiction, nothing violent', 'quiet science fiction', ['violent']],
    ['quiet science fiction, but not horror', 'quiet science fiction but', ['horror']],
    ['comedy without any war', 'comedy', ['war']],
    ['no horror or war please', 'please', ['horror', 'war']],
    ['not too violent, quiet', 'quiet', ['violent']],
    ['no science fiction films', 'films', ['science fiction']],
    ['no fiction science', 'science', ['fiction']],
    ['quiet -"science fiction"', 'quiet', ['science fiction']],
    ['quiet without "old men"', 'quiet', ['old men']],
    ['no horror, no war', '', ['horror', 'war']],
    ['科幻 不要恐怖', '科幻', ['恐怖']],
    ['科幻，不要太恐怖和暴力', '科幻，', ['恐怖', '暴力']],
    ['不要恐怖片', '', ['恐怖']],
    ['没有暴力的科幻', '科幻', ['暴力']],
    ['非恐怖的科幻', '科幻', ['恐怖']],
    ['安静 非暴力', '安静', ['暴力']],
    ['不要恐怖不要暴力', '', ['恐怖', '暴力']],
    ['不要恐怖没有暴力的科幻', '科幻', ['恐怖', '暴力']],
    ['安静 不要"恐怖"', '安静', ['恐怖']],
    ['安静 没有“恐怖”', '安静', ['恐怖']],
    ['不要 恐怖', '', ['恐怖']],
    ['quiet no “old men”', 'quiet', ['old men']],
  ])('%s leaves out what is denied', (text, words, without) => {
    const found = parsed(text);
    expect(asSaid(found.words)).toBe(asSaid(words));
    expect(found).toMatchObject({ filters: [], phrases: [], without });
  });

  test.each([
    ['English', 'No Country for Old Men'],
    ['Chinese', '没有暴力的日子'],
  ])('that stands in a title is taken as it stands, in %s', (_, text) => {
    expect(parsed(text)).toEqual({ ...plain, words: text });
  });

  test.each<[string, (string | undefined)[]]>([
    ['no horror western', ['no horror']],
    ['quiet, NOT too violent', ['NOT too violent']],
    ['no horror or the war please', ['no horror', 'no horror or the war']],
    ['-horror -"old men"', [undefined, undefined]],
    ['科幻，不要太恐怖和暴力片', ['不要太恐怖', '不要太恐怖和暴力']],
  ])('%s keeps the words that deny as they stand', (text, asked) => {
    expect(parseQuery(text, known).without.map((denial) => denial.asked)).toEqual(asked);
  });

  test('of quotation marks around nothing that is a word asks for no phrase', () => {
    expect(parsed('war "" "…"')).toEqual({ ...plain, words: 'war …' });
  });

  test('in Chinese denies nothing that is said nowhere', () => {
    expect(parsed('不要西部')).toEqual({ ...plain, words: '不要西部' });
  });

  test.each<[string, string, object[]]>([
    ['war year:1990..1999', 'war', [{ year: { gte: 1990, lte: 1999 } }]],
    ['year:1990..', '', [{ year: { gte: 1990 } }]],
    ['year:..1999', '', [{ year: { lte: 1999 } }]],
    ['year:1994', '', [{ year: { eq: 1994 } }]],
    ['director:"Ada Lo" war', 'war', [{ director: { eq: 'Ada Lo' } }]],
    ['-director:Ada', '', [{ not: { director: { eq: 'Ada' } } }]],
    ['year:1990, director:Ada', '', [{ year: { eq: 1990 } }, { director: { eq: 'Ada' } }]],
    ['导演:"李安"', '', [{ 导演: { eq: '李安' } }]],
  ])('%s asks for attributes', (text, words, filters) => {
    expect(parsed(text)).toEqual({ ...plain, words, filters });
  });

  test('has phrases that must stand as they are, which are looked for, too', () => {
    expect(parsed('the "old men" war')).toEqual({
      ...plain,
      words: 'the old men war',
      phrases: ['old men'],
    });
  });

  test.each(['"助推器"', '“助推器”', '"young men"'])('%s, which nobody says, is words', (text) => {
    expect(parsed(`war ${text}`)).toEqual({ ...plain, words: `war ${text.slice(1, -1)}` });
  });

  test('of any text is taken apart without losing a word', () => {
    const piece = fc.constantFrom(
      'no',
      'not',
      '-',
      '"',
      'horror',
      'or',
      ',',
      'year:',
      '1990',
      '..',
      '不要',
      '恐怖',
      '非',
      ' ',
      'a"b',
      '，',
      'too',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join(' ')),
          fc.array(piece).map((all) => all.join('')),
        ),
        (text) => {
          const { words, filters, phrases, without } = parseQuery(text, known);
          const denied = without.map(({ what }) => what);
          const told = asSaid([words, ...phrases, ...denied, JSON.stringify(filters)].join(' '));
          for (const word of asSaid(text).split(' ')) {
            if (
              !/^(no|not|nothing|without|or|nor|too|a|any)$/.test(word) &&
              !/\p{Script=Han}/u.test(word)
            ) {
              expect(told).toContain(word);
            }
          }
        },
      ),
    );
  });
});

test.each<[string, string, boolean]>([
  ["Schindler's List", 'schindler’s list', true],
  ['Warm', 'war', false],
  ['Software war', 'war', true],
  ['old young men', 'old men', false],
  ['很恐怖的电影', '恐怖', true],
  ['恐龙怖', '恐怖', false],
  ['恐怖DVD版', 'dvd', true],
  ['Die Straße', 'STRASSE', true],
  ['Ｑｕｉｅｔ　Ｅａｒｔｈ', 'quiet earth', true],
  ['Amélie', 'Ame\u0301lie', true],
  ['Amélie', 'Ame', false],
  ['हिन्दी फ़िल्म', 'हिन्दी', true],
  ['हिन्दी', 'हिन', false],
  ['ภาพยนตร์สยองขวัญ', 'สยองขวัญ', true],
  ['กำ', 'ก', false],
  ['كِتَاب', 'كتاب', true],
  ['İstanbul', 'istanbul', true],
  ['The Who', 'the who', true],
  ['Plan B', 'b', true],
  ['fi\u00adlm', 'film', true],
])('in %s stands %s: %s', (text, words, stands) => {
  expect(says(asSaid(text), asSaid(words))).toBe(stands);
});
