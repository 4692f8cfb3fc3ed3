import { cellNumber } from '../catalog/cell-numbers.js';
import { normalName } from '../catalog/columns.js';
import { detectLayout, formatByName, refuseHtml } from '../catalog/format.js';
import { describe, idProblem } from '../catalog/ids.js';
import { LineReader } from '../catalog/ndjson.js';
import { RowReader } from '../catalog/rows.js';
import {
  type SourceOptions,
  sourceName,
  type TextSource,
  wholeText,
} from '../catalog/text-source.js';
import { InklingError } from '../errors.js';

export interface ReadIdsOptions extends SourceOptions {
  /** Names of the columns in order: index, id; `_` skips one. All rows are then data. */
  columns?: readonly string[];
  delimiter?: string;
}

const ROLES = ['index', 'id', 'count'] as const;
type Role = (typeof ROLES)[number];

/** Known column names, in lower case without `_`, `-` and blanks. */
const NAMES: Record<Role, readonly string[]> = {
  index: ['index', 'idx', 'row', 'rowid', 'itemindex', 'itemidx', 'number', 'position'],
  id: ['id', 'item', 'itemid', 'label', 'movieid', 'bookid', 'productid', 'asin', 'isbn', 'sku'],
  count: ['count', 'counts', 'users', 'popularity', 'n', 'frequency'],
};

/** The id that the app uses for each number that training used. */
export class IdList {
  private readonly ids = new Map<number, string>();
  private readonly lines = new Map<string, number>();

  constructor(readonly name: string) {}

  get size(): number {
    return this.ids.size;
  }

  has(index: number): boolean {
    return this.ids.has(index);
  }

  get(index: number): string | undefined {
    return this.ids.get(index);
  }

  /** @throws InklingError `invalid_catalog`, `duplicate_id` */
  add(index: number, id: unknown, line: number, where = `line ${line}`): void {
    const place = `${this.name}, ${where}`;
    const problem = idProblem(id);
    if (problem !== null) throw new InklingError('invalid_catalog', `${place}: the id ${problem}.`);
    const known = this.lines.get(id as string);
    if (known !== undefined || this.ids.has(index)) {
      const twice =
        known === undefined
          ? `the index ${index} stands for ${describe(this.ids.get(index))} already`
          : `the id ${describe(id)} is there already, in ${where.replace(/\d+/, String(known))}`;
      throw new InklingError('duplicate_id', `${place}: ${twice}; expected each once.`);
    }
    this.lines.set(id as string, line);
    this.ids.set(index, id as string);
  }
}

/**
 * Reads ids: a JSON array or one id a line, whose places from 0 are the numbers; or a table with columns index and id, or id
 * alone. Plain or gzipped. A line is an id exactly as it stands, so a table is taken for one by the ending of
 * its name (csv, tsv), by `columns` or `delimiter`, or by a first line `index,id`.
 *
 * @throws InklingError `invalid_catalog` or `duplicate_id`, naming the line
 */
export async function readIds(source: TextSource, options: ReadIdsOptions = {}): Promise<IdList> {
  const name = sourceName(source, options);
  const text = await wholeText(source, options, 'invalid_catalog');
  refuseHtml(text, name);
  const list = new IdList(name);
  const format = formatByName(name);
  const table =
    format === 'csv' ||
    format === 'tsv' ||
    options.columns !== undefined ||
    options.delimiter !== undefined ||
    /^index[,\t;]\s*id\r?(\n|$)/i.test(text);
  if (table) {
    readRows(text, name, ['id'], options, ({ index, id }, line) => {
      list.add(index === undefined ? list.size : wholeIndex(index, name, line), id, line);
    });
  } else if (format === 'json' || /^\s*\[/.test(text)) {
    for (const [index, id] of jsonArray(text, name).entries()) {
      list.add(index, id, index, `element ${index} (counted from 0)`);
    }
  } else {
    const lines = new LineReader((line, number) => {
      if (number !== list.size + 1) {
        throw new InklingError(
          'invalid_catalog',
          `${name}, line ${list.size + 1}: the line is empty; expected one id a line, in the order ` +
            'of the rows of factors.',
        );
      }
      list.add(list.size, line.replace(/\r$/, ''), number);
    });
    lines.push(text, true);
  }
  if (list.size > 0) return list;
  throw new InklingError('invalid_catalog', `${name}: there are no ids; expected one an item.`);
}

/**
 * Reads how many users met each item: a table with the columns id and count.
 *
 * @throws InklingError `invalid_catalog` or `duplicate_id`, naming the line
 */
export async function readCounts(
  source: TextSource,
  options: SourceOptions & { delimiter?: string } = {},
): Promise<Map<string, number>> {
  const name = sourceName(source, options);
  const text = await wholeText(source, options, 'invalid_catalog');
  refuseHtml(text, name);
  const counts = new Map<string, number>();
  readRows(text, name, ['id', 'count'], options, ({ id, count }, line) => {
    const number = cellNumber(count ?? '');
    if (!(number >= 0 && Number.isFinite(Math.fround(number)))) {
      throw new InklingError(
        'invalid_catalog',
        `${name}, line ${line}: the count is ${describe(count)}; expected a number of at least 0.`,
      );
    }
    if (counts.has(id as string)) {
      throw new InklingError(
        'duplicate_id',
        `${name}, line ${line}: the id ${describe(id)} has a count already; expected each once.`,
      );
    }
    counts.set(id as string, number);
  });
  return counts;
}

type Cells = Partial<Record<Role, string>>;

function readRows(
  text: string,
  name: string,
  needed: readonly Role[],
  options: ReadIdsOptions,
  handle: (cells: Cells, line: number) => void,
): void {
  const layout = detectLayout(text.slice(0, 1 << 16), options.delimiter, formatByName(name));
  let columns = options.columns && namedColumns(options.columns, needed);
  let width = columns?.length ?? 0;
  const reader = new RowReader({ ...layout, name, code: 'invalid_catalog' }, (fields, line) => {
    const fail = (problem: string): InklingError =>
      new InklingError('invalid_catalog', `${name}, line ${line}: ${problem}.`);
    if (columns === undefined) {
      const first = firstRow(fields, needed);
      if (first === null) {
        throw fail(
          `the columns found are ${fields.slice(0, 8).map(describe).join(', ')}; expected a ` +
            `header with ${needed.join(' and ')}${needed.includes('count') ? '' : ', and index where ' + 'the order is not that of the factors'}`,
        );
      }
      columns = first.columns;
      width = fields.length;
      if (first.isHeader) return;
    }
    if (fields.length !== width) {
      throw fail(`the row has ${fields.length} fields; expected ${width} as in the first`);
    }
    const cells: Cells = {};
    for (const [at, role] of columns.entries()) if (role) cells[role] = fields[at] as string;
    handle(cells, line);
  });
  for (let at = 0; at < text.length; at += 1 << 16) reader.push(text.slice(at, at + (1 << 16)));
  reader.push('', true);
}

/** What each column is, by a header, else by position: id; index,id; id,count. */
function firstRow(
  fields: readonly string[],
  needed: readonly Role[],
): { columns: (Role | null)[]; isHeader: boolean } | null {
  const columns = fields.map(
    (field) => ROLES.find((role) => NAMES[role].includes(normalName(field))) ?? null,
  );
  const repeated = columns.some((role, at) => role !== null && columns.indexOf(role) !== at);
  if (!repeated && needed.every((role) => columns.includes(role))) {
    return { columns, isHeader: true };
  }
  if (fields.length === needed.length) return { columns: [...needed], isHeader: false };
  const isIndexed = fields.length === 2 && /^\d+$/.test((fields[0] as string).trim());
  return isIndexed ? { columns: ['index', 'id'], isHeader: false } : null;
}

/** @throws InklingError `invalid_argument` */
export function namedColumns(names: readonly string[], needed: readonly Role[]): (Role | null)[] {
  const known = ['index', 'id'] as const;
  const columns: (Role | null)[] = names.map((name) => known.find((role) => role === name) ?? null);
  const unknown = names.find((name, at) => columns[at] === null && name !== '_');
  const given = `columns is "${names.join(',')}"`;
  if (
    unknown !== undefined ||
    new Set(columns.filter(Boolean)).size < columns.filter(Boolean).length
  ) {
    throw new InklingError(
      'invalid_argument',
      `${given}; expected index and id, each at most once, in the order of the file, with _ for a ` +
        'column to skip.',
    );
  }
  const missing = needed.find((role) => !columns.includes(role));
  if (missing === undefined) return columns;
  throw new InklingError('invalid_argument', `${given}, without ${missing}.`);
}

function wholeIndex(cell: string, name: string, line: number): number {
  const index = cellNumber(cell);
  if (Number.isSafeInteger(index)) return index;
  throw new InklingError(
    'invalid_catalog',
    `${name}, line ${line}: the index is ${describe(cell)}; expected the whole number that the item ` +
      'had in training.',
  );
}

function jsonArray(text: string, name: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new InklingError('invalid_catalog', `${name}: this is not JSON (${detail}).`, { cause });
  }
  if (Array.isArray(value)) return value;
  throw new InklingError(
    'invalid_catalog',
    `${name}: this is ${describe(value)}; expected a JSON array of ids, such as ["a", "b"].`,
  );
}
