import { InklingError } from '../errors.js';
import type { Item } from '../types.js';
import { cellNumber } from './cell-numbers.js';
import { normalName } from './columns.js';
import { describe } from './ids.js';
import { ItemChecker } from './items.js';

/** One row of an item table. `line` is 1-based. */
export interface ItemRow {
  fields: readonly string[];
  line: number;
}

/** Names of columns, in lower case without `_`, `-` and blanks; the first one wins. */
const ID_NAMES = [
  ...['id', 'item', 'itemid', 'movieid', 'bookid', 'productid', 'articleid', 'newsid', 'videoid'],
  ...['trackid', 'songid', 'artistid', 'asin', 'isbn', 'sku'],
];
const TITLE_NAMES = ['title', 'name', 'headline'];
const TEXT_NAMES = [
  ...['text', 'plot', 'description', 'overview', 'abstract', 'storyline', 'summary', 'content'],
];
/** All columns with one of these names are read. */
const TAG_NAMES = [
  'tags',
  'tag',
  'genres',
  'genre',
  'categories',
  'category',
  'topics',
  'keywords',
];
const POPULARITY_NAMES = ['popularity'];
/** What MovieLens writes for a film without genres. */
const NO_TAGS = '(no genres listed)';

/**
 * Items of the rows of a table. The id is the first of the columns id, item, movieId, book_id, …;
 * title, text (or plot, description, …), tags (or genres, …) and popularity are read, and every
 * other column is kept as an attribute, as a string. Empty cells are left out.
 *
 * Tags are divided at `|`; in a column without any `|`, at commas.
 *
 * @param source what to call the table in messages, such as its file name
 * @throws InklingError `invalid_catalog` or `duplicate_id`, naming the line
 */
export function itemsFromRows(
  columns: readonly string[],
  rows: readonly ItemRow[],
  source: string,
  onNotice?: (text: string) => void,
): Item[] {
  const names = columns.map(normalName);
  const find = (known: readonly string[]): number =>
    known.map((name) => names.indexOf(name)).find((index) => index !== -1) ?? -1;
  const id = find(ID_NAMES);
  if (id === -1) {
    throw new InklingError(
      'invalid_catalog',
      `${source}: the columns are ${columns.map(describe).join(', ')}; expected one named id ` +
        '(or item, movieId, book_id, …): name the columns in the first row.',
    );
  }
  const title = find(TITLE_NAMES);
  const text = find(TEXT_NAMES);
  const popularity = find(POPULARITY_NAMES);
  const tags = names.flatMap((name, index) => (TAG_NAMES.includes(name) ? [index] : []));
  const dividers = new Map(tags.map((index) => [index, divider(rows, index)]));
  for (const [index, character] of dividers) {
    if (character !== ',') continue;
    onNotice?.(`${source}: tags in the column ${describe(columns[index])} are divided at commas.`);
  }

  const place = (line: number) => `${source}, line ${line}`;
  const checker = new ItemChecker(place);
  for (const { fields, line } of rows) {
    const fail = (problem: string): InklingError =>
      new InklingError('invalid_catalog', `${place(line)}: ${problem}.`);
    if (fields.length !== columns.length) {
      throw fail(
        `the row has ${fields.length} fields and the first row ${columns.length}; add or remove ` +
          'some, enclose fields that hold the delimiter in quotes, or check the delimiter',
      );
    }
    if (fields[id] === '') {
      throw fail(`the ${columns[id]} is empty; every item needs an id: fill it in`);
    }
    const item: Item = { id: fields[id] as string };
    const itemTags = new Set<string>();
    for (const [index, field] of fields.entries()) {
      const tagDivider = dividers.get(index);
      if (index === id || field === '') continue;
      if (index === title) item.title = field;
      else if (index === text) item.text = field;
      else if (index === popularity) item.popularity = popularityOf(field, fail);
      else if (tagDivider !== undefined) addTags(field, tagDivider, itemTags);
      else keepAttribute(item, columns[index] as string, field);
    }
    if (itemTags.size > 0) item.tags = [...itemTags];
    checker.add(item, line);
  }
  return checker.items;
}

function divider(rows: readonly ItemRow[], index: number): '|' | ',' {
  const some = (character: string): boolean =>
    rows.some(({ fields }) => fields[index]?.includes(character));
  return !some('|') && some(',') ? ',' : '|';
}

function addTags(field: string, divider: string, tags: Set<string>): void {
  for (const part of field.split(divider)) {
    const tag = part.trim();
    if (tag !== '' && tag !== NO_TAGS) tags.add(tag);
  }
}

function popularityOf(field: string, fail: (problem: string) => InklingError): number {
  const number = cellNumber(field);
  if (Number.isFinite(number) && number >= 0) return number;
  throw fail(
    `the popularity is ${describe(field)}; expected a finite number of at least 0, or nothing`,
  );
}

function keepAttribute(item: Item, name: string, value: string): void {
  // A column may be called __proto__; plain assignment would set the prototype. The names the
  // engine reads are taken by the columns found above.
  if (['id', 'title', 'text', 'tags', 'popularity'].includes(name)) return;
  Object.defineProperty(item, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
