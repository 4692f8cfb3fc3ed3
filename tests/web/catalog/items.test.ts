import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkItems, parseItems } from '../../../web/catalog/index.js';
import { expectFailure } from './failure.js';

describe('checkItems', () => {
  it('returns the items themselves with every attribute', () => {
    const item = { id: 'a', title: 'A', text: 't', tags: ['x'], popularity: 0, year: 1995 };
    expect(checkItems([item], 'shop')[0]).toBe(item);
  });

  it('keeps unusual ids exactly', () => {
    const ids = [
      ...[
        '',
        ' ',
        '__proto__',
        'constructor',
        'toString',
        '🦑',
        '👩‍👩‍👧',
        'é',
        'e\u0301',
        'a-b',
        'ab',
        '1',
        '01',
      ],
      '3b241101-e2bb-4255-8caf-4136c566a962',
    ];
    const items = checkItems(
      ids.map((id) => ({ id })),
      'shop',
    );
    expect(items.map(({ id }) => id)).toEqual(ids);
  });

  it('takes an empty catalogue', () => {
    expect(checkItems([], 'shop')).toEqual([]);
  });

  const wrong: [string, unknown, string[]][] = [
    ['no array', { id: 'a' }, ['shop', 'an object', 'expected an array']],
    ['nothing', undefined, ['shop', 'missing', 'expected an array']],
    ['a string for an item', ['a'], ['shop, index 0', '"a"', 'write {"id": "a"}']],
    ['null for an item', [{ id: 'a' }, null], ['shop, index 1', 'null', 'expected an object']],
    ['an item without id', [{ name: 'a' }], ['index 0', '"name"', 'add or rename']],
    ['a number for an id', [{ id: 'a' }, { id: 7 }], ['index 1', 'the number 7', 'String(id)']],
    ['null for an id', [{ id: null }], ['index 0', 'null', 'String(id)']],
    ['half a surrogate pair', [{ id: 'a\ud83e' }], ['index 0', 'surrogate pair', 'repair']],
    ['a number for a title', [{ id: 'a', title: 5 }], ['index 0', 'title', 'expected a string']],
    ['null for a text', [{ id: 'a', text: null }], ['index 0', 'text is null', 'leave it out']],
    ['a string for tags', [{ id: 'a', tags: 'x' }], ['index 0', 'tags is "x"', 'put it in']],
    ['a number among tags', [{ id: 'a', tags: ['x', 1] }], ['index 0', 'tags[1]', 'String(tag']],
    ['negative popularity', [{ id: 'a', popularity: -1 }], ['index 0', '-1', 'at least 0']],
    ['endless popularity', [{ id: 'a', popularity: Infinity }], ['index 0', 'Infinity', 'finite']],
    ['NaN for popularity', [{ id: 'a', popularity: NaN }], ['index 0', 'NaN', 'leave it out']],
  ];
  for (const [what, value, parts] of wrong) {
    it(`refuses ${what}, naming the place and the cure`, () =>
      expectFailure(() => checkItems(value, 'shop'), 'invalid_catalog', ...parts));
  }

  it('refuses an id that stands twice and names both places', () =>
    expectFailure(
      () => checkItems([{ id: 'a' }, { id: '__proto__' }, { id: '__proto__' }], 'shop'),
      'duplicate_id',
      'shop, index 2',
      '"__proto__"',
      'shop, index 1',
      'remove or rename',
    ));
});

describe('parseItems', () => {
  it('reads a JSON array, also after a byte order mark', () => {
    expect(parseItems('\uFEFF [{"id":"a"}]', 'f.json')).toEqual([{ id: 'a' }]);
  });

  it('reads one object a line, with blank lines and any line ends', () => {
    const text = '\uFEFF{"id":"a"}\r\n\r\n{"id":"b","n":1}\n';
    expect(parseItems(text, 'f.ndjson')).toEqual([{ id: 'a' }, { id: 'b', n: 1 }]);
  });

  it('keeps __proto__ as an attribute without touching the prototype', () => {
    const [item] = parseItems('[{"id":"a","__proto__":{"evil":1}}]', 'f.json');
    expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
    expect((item as { evil?: unknown }).evil).toBeUndefined();
  });

  it('gives ids back exactly, whatever they are', () => {
    const id = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', '🦑', ''));
    fc.assert(
      fc.property(fc.uniqueArray(id), (ids) => {
        const items = ids.map((one) => ({ id: one }));
        const lines = items.map((item) => JSON.stringify(item)).join('\n');
        expect(parseItems(JSON.stringify(items), 'f')).toEqual(items);
        if (ids.length > 0) expect(parseItems(lines, 'f')).toEqual(items);
      }),
    );
  });

  it('says that a web page is no catalogue', () =>
    expectFailure(
      () => parseItems('\n<!DOCTYPE html><html>', 'items.json'),
      'wrong_content',
      'items.json',
      'web page',
      'check the address',
    ));

  it('names the line where JSON breaks', () =>
    expectFailure(
      () => parseItems('[\n{"id":"a"},\n{"id":}\n]', 'items.json'),
      'invalid_catalog',
      'items.json, line 3',
      'JSON tool',
    ));

  it('names the last line when JSON is cut off', () =>
    expectFailure(() => parseItems('[\n{"id":"a"},\n', 'f'), 'invalid_catalog', 'f, line 2'));

  it('names the line where one object a line breaks', () =>
    expectFailure(
      () => parseItems('{"id":"a"}\n{"id":"b"', 'f'),
      'invalid_catalog',
      'f, line 2',
      'one whole item on every line',
    ));

  it('names the lines of an id that stands twice', () =>
    expectFailure(
      () => parseItems('{"id":"a"}\n\n{"id":"a"}', 'f'),
      'duplicate_id',
      'f, line 3',
      'f, line 1',
    ));

  it('refuses an empty file', () =>
    expectFailure(() => parseItems(' \n', 'f'), 'invalid_catalog', 'f: the file is empty'));

  it('refuses one object that holds the items', () =>
    expectFailure(
      () => parseItems('{"items":[{"id":"a"}]}', 'f'),
      'invalid_catalog',
      'f, line 1',
      '"items"',
    ));
});
