import { describe, expect, test } from 'vitest';
import { ids, open } from '../opened-recommender.js';

const beside = (name: string) => new URL(name, import.meta.url);
const language = (name: string) => new URL(`../../../dist/languages/${name}.js`, import.meta.url);

describe("the app's tokenizer", () => {
  test('splits fields and queries, and its terms are folded and not split', async () => {
    const recommender = await open({
      catalog: [
        { id: 'a', title: 'Straße der Stille', text: 'One\nTwo Three', tags: ['New York'] },
        { id: 'b', title: 'Stille', tags: ['marked'] },
      ],
      tokenizer: beside('shouting-tokens.mjs'),
    });
    const found = async (query: string) =>
      (await recommender.recommend({ query, k: 2 })).filter(({ source }) => source === 'query');
    expect(ids(await found('STRASSE DER STILLE'))).toEqual(['a']);
    expect(await found('strasse')).toEqual([]);
    expect(ids(await found('york'))).toEqual(['a']); // tags are found by their words as ever
    const [entry] = await found('two three');
    expect(entry).toMatchObject({ item: 'a', reasons: [{ kind: 'term', term: 'two three' }] });
    await recommender.edit({ mute: 'in:title' });
    expect(await recommender.recommend()).toEqual([]);
  });

  test.each([
    ['throw', 'not this one'],
    ['nothing', 'returned undefined'],
    ['numbers', 'what is no string'],
  ])('is blamed where it fails: %s', async (title, message) => {
    const tokenizer = beside('shouting-tokens.mjs').href;
    await expect(open({ catalog: [{ id: 'a', title }], tokenizer })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(message),
    });
  });

  test('that is not there, or no such module, is a typed error', async () => {
    for (const name of ['absent.mjs', 'no-tokens.mjs']) {
      await expect(open({ catalog: [], tokenizer: beside(name) })).rejects.toMatchObject({
        code: 'wrong_content',
        message: expect.stringContaining(name),
      });
    }
    await expect(open({ tokenizer: 1 as never })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  test.each([
    ['en', 'Running dogs were barking', 'the dog runs', ['run', 'dog', 'bark']],
    ['de', 'Die Häuser der Straßen', 'ein Haus', ['haus', 'strass']],
    ['fr', 'Les chevaux et les villes', 'un cheval', ['cheval', 'vill']],
    ['es', 'Las canciones y los perros', 'canción', ['cancion', 'perr']],
    ['it', 'Le canzoni e i gatti', 'canzone', ['canzon', 'gatt']],
    ['pt', 'Os meninos e as cidades', 'menino', ['menin', 'cidad']],
    ['ru', 'Книги и города', 'книга', ['книг', 'город']],
    ['ar', 'الكتب والمدن', 'كتب', ['كتب', 'والمد']],
  ])('of the language %s brings words to their stems', async (name, text, query, stems) => {
    const { tokenize } = await import(language(name).href);
    expect(tokenize(text)).toEqual(stems);
    const recommender = await open({
      catalog: [
        { id: 'other', text: 'xyzzy' },
        { id: 'this', text },
      ],
      tokenizer: language(name),
    });
    expect(await recommender.recommend({ query, k: 1 })).toMatchObject([
      { item: 'this', source: 'query' },
    ]);
  });

  test('of the host cuts languages without spaces into words', async () => {
    const { tokenize } = await import(language('segmented').href);
    expect(tokenize('我喜欢电影。')).toEqual(['我', '喜欢', '电影']);
    expect(tokenize('東京タワーに行く')).toEqual(['東京タワー', 'に', '行く']);
    expect(tokenize('ภาษาไทยง่าย')).toEqual(['ภาษา', 'ไทย', 'ง่าย']);
  });
});

test('stop words given replace the built-in ones, in any script and case', async () => {
  const catalog = [
    { id: 'a', title: 'the and der ФИЛЬМ' },
    { id: 'b', title: 'lamp', tags: ['Der Strom'] },
  ];
  const sources = async (stopWords: string[] | undefined, query: string) => {
    const recommender = await open({ catalog, ...(stopWords && { stopWords }) });
    const list = await recommender.recommend({ query, k: 2 });
    return ids(list.filter(({ source }) => source === 'query'));
  };
  expect(await sources(undefined, 'the')).toEqual([]);
  expect(await sources(undefined, 'der')).toEqual(['a', 'b']);
  expect(await sources([], 'the')).toEqual(['a']);
  expect(await sources(['DER', 'фильм'], 'der')).toEqual([]);
  expect(await sources(['DER', 'фильм'], 'Фильм')).toEqual([]);
  expect(await sources(['DER', 'фильм'], 'and')).toEqual(['a']);
  await expect(open({ stopWords: 'der' as never })).rejects.toMatchObject({
    code: 'invalid_argument',
  });
});
