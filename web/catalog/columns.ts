import { InklingError } from '../errors.js';
import { cellNumber } from './cell-numbers.js';

/** What a column of an interaction file can hold. */
export type Role = 'user' | 'item' | 'value' | 'timestamp';

/** Where each role stands in a row, from 0; -1 when the file has no such column. */
export interface Columns extends Record<Role, number> {
  /** Fields every row must have. */
  width: number;
}

/** Known column names, in lower case without `_`, `-` and blanks. The first of a list wins. */
const NAMES: Record<Role, readonly string[]> = {
  user: ['user', 'userid', 'uid', 'username', 'reviewerid', 'customer', 'customerid', 'visitorid'],
  item: [
    ...['item', 'itemid', 'iid', 'movie', 'movieid', 'book', 'bookid', 'isbn', 'product'],
    ...['productid', 'asin', 'track', 'trackid', 'song', 'songid', 'artist', 'artistid'],
    ...['article', 'articleid', 'news', 'newsid', 'video', 'videoid', 'sku'],
  ],
  value: ['value', 'rating', 'score', 'weight', 'stars', 'overall', 'plays'],
  timestamp: ['timestamp', 'time', 'at', 'date', 'datetime', 'unixreviewtime', 'createdat'],
};
const ROLES = Object.keys(NAMES) as Role[];
const SKIP = '_';

const KNOWN = new Map<string, { role: Role; rank: number }>(
  ROLES.flatMap((role) => NAMES[role].map((name, rank) => [name, { role, rank }] as const)),
);

/** The role a column name stands for, and its place among the names of that role. */
export function roleOf(name: string): { role: Role; rank: number } | undefined {
  return KNOWN.get(normalName(name));
}

/** Lower case, without `_`, `-`, blanks and a type such as RecBole's `:token`. */
export function normalName(name: string): string {
  return name
    .replace(/:(token|float)(_seq)?$/i, '')
    .replace(/[\s_-]/g, '')
    .toLowerCase();
}

/** How to name columns, for the end of a message. */
export const COLUMNS_CURE =
  'name the columns in order with `columns` (--columns user,item,value,timestamp; _ skips one)';

/** @throws InklingError `invalid_argument` when `names` is no list with user and item in it. */
export function columnsFromOption(names: readonly string[]): Columns {
  const columns = noColumns(names.length);
  for (const [index, name] of names.entries()) {
    if (name === SKIP) continue;
    const role = roleOf(name)?.role;
    const given = `columns is "${names.join(',')}"`;
    if (role === undefined) {
      throw wrongOption(`${given}, and ${JSON.stringify(name)} is not known`);
    }
    if (columns[role] !== -1) throw wrongOption(`${given}, which names ${role} twice`);
    columns[role] = index;
  }
  for (const role of ['user', 'item'] as const) {
    if (columns[role] === -1) throw wrongOption(`columns is "${names.join(',')}", without ${role}`);
  }
  return columns;
}

/** The columns a header names, or null when no field is a known name. */
export function columnsFromHeader(fields: readonly string[]): Columns | null {
  const columns = noColumns(fields.length);
  const ranks = new Map<Role, number>();
  for (const [index, field] of fields.entries()) {
    const known = roleOf(field);
    if (known === undefined || known.rank >= (ranks.get(known.role) ?? Infinity)) continue;
    columns[known.role] = index;
    ranks.set(known.role, known.rank);
  }
  return ranks.size === 0 ? null : columns;
}

/** user, item, value, timestamp in this order, or null when `fields` does not look like data. */
export function columnsFromPosition(fields: readonly string[]): Columns | null {
  if (fields.length < 2 || fields.length > ROLES.length) return null;
  const numbers = fields.slice(2).every((field) => !Number.isNaN(cellNumber(field)));
  if (!numbers) return null;
  const columns = noColumns(fields.length);
  ROLES.slice(0, fields.length).forEach((role, index) => {
    columns[role] = index;
  });
  return columns;
}

/** The names of the columns a file has, in order, for messages. */
export function columnList(columns: Columns): string {
  return ROLES.filter((role) => columns[role] !== -1)
    .sort((a, b) => columns[a] - columns[b])
    .join(', ');
}

function noColumns(width: number): Columns {
  return { user: -1, item: -1, value: -1, timestamp: -1, width };
}

function wrongOption(text: string): InklingError {
  return new InklingError(
    'invalid_argument',
    `${text}; expected user and item, each once, and optionally value and timestamp, ` +
      'in the order of the file, with _ for a column to skip.',
  );
}
