import { InklingError } from '../errors.js';
import type { Item } from '../types.js';
import { detectLayout, formatByName, refuseHtml } from './format.js';
import { type ItemRow, itemsFromRows } from './item-rows.js';
import { parseItems } from './items.js';
import { jsonErrorLine } from './json-error.js';
import { RowReader } from './rows.js';
import { type SourceOptions, sourceName, type TextSource, wholeText } from './text-source.js';

export interface ReadItemsOptions extends SourceOptions {
  /** Default: by the ending of the name, else by the first characters. */
  format?: 'json' | 'ndjson' | 'csv' | 'tsv';
  /** Default: `,` for csv, a tab for tsv, else the one that divides the first lines alike. */
  delimiter?: string;
  /** Double quotes enclose fields. Default true. */
  quotes?: boolean;
  /** Names of the columns; every row is then data. Default: the first row names them. */
  columns?: readonly string[];
  /** Told what was assumed where the file does not say. */
  onNotice?: (text: string) => void;
}

/** `parseItems`, with messages that name the line of what is no JSON; workers do without the code that this takes. */
export function parseItemFile(text: string, source: string): Item[] {
  return parseItems(text, source, jsonErrorLine);
}

/**
 * Reads a file of items: a JSON array, one JSON object a line, CSV, TSV or another delimited text;
 * plain or gzipped. See `itemsFromRows` for the columns that are known.
 *
 * @throws InklingError `invalid_catalog` or `duplicate_id` naming file and line; `wrong_content`
 *   for a web page; `aborted` when the signal fires
 */
export async function readItems(
  source: TextSource,
  options: ReadItemsOptions = {},
): Promise<Item[]> {
  const name = sourceName(source, options);
  const text = await wholeText(source, options, 'invalid_catalog');
  refuseHtml(text, name);
  const format = options.format ?? formatByName(name);
  const delimited = format === 'csv' || format === 'tsv' || options.delimiter !== undefined;
  if (format === 'json' || format === 'ndjson') return parseItemFile(text, name);
  if (!delimited && /^\s*(\[\s*[{\]]|\{\s*"|$)/.test(text)) return parseItemFile(text, name);

  let columns = options.columns;
  const rows: ItemRow[] = [];
  const { quotes, onNotice } = options;
  const layout = detectLayout(text.slice(0, 1 << 16), options.delimiter, format);
  const reader = new RowReader(
    { ...layout, name, quotes, onNotice, code: 'invalid_catalog' },
    (fields, line) => {
      if (columns === undefined) columns = fields;
      else rows.push({ fields, line });
    },
  );
  for (let at = 0; at < text.length; at += 1 << 16) reader.push(text.slice(at, at + (1 << 16)));
  reader.push('', true);
  if (columns !== undefined && rows.length > 0) {
    return itemsFromRows(columns, rows, name, onNotice);
  }
  throw new InklingError(
    'invalid_catalog',
    `${name}: there are no items; expected a first row with column names such as id, title, ` +
      'text and tags, and a row for every item.',
  );
}
