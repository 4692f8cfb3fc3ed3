import { InklingError } from '../errors.js';
import type { InteractionTable } from '../types.js';
import { cellNumber, cellTime } from './cell-numbers.js';
import { COLUMNS_CURE, type Columns, columnsFromOption } from './columns.js';
import { readFirstRow } from './first-row.js';
import { detectLayout, formatByName, refuseHtml, type TableFormat } from './format.js';
import { describe } from './ids.js';
import { interactionLines } from './interaction-lines.js';
import { InteractionTableBuilder } from './interaction-table.js';
import { RowReader } from './rows.js';
import { type SourceOptions, sourceName, type TextSource, textChunks } from './text-source.js';

export interface ReadTableOptions extends SourceOptions {
  /** Default: by the ending of the name, else by the first characters. */
  format?: TableFormat;
  /** Default: `,` for csv, a tab for tsv, else the one that divides the first lines alike. */
  delimiter?: string;
  /** Double quotes enclose fields. Default true. */
  quotes?: boolean;
  /** Told what was assumed where the file does not say. */
  onNotice?: (text: string) => void;
}

export interface ReadInteractionsOptions extends ReadTableOptions {
  /** Names of the columns in order: user, item, value, timestamp; `_` skips one. */
  columns?: readonly string[];
  /** Whether the first row names the columns. Default: true if it does; false with `columns`. */
  header?: boolean;
  /** Keep rows with a value of at least this. Default: all rows. */
  minValue?: number;
}

/** Something that takes a file's text piece by piece. */
interface TextSink {
  push(text: string, final?: boolean): void;
}

/**
 * Reads a file of interactions: CSV, TSV, another delimited text, or one JSON object a line; plain
 * or gzipped. Ids are kept exactly as written. Rows that repeat a user and item are all kept.
 *
 * A first row with known names (user, userId, movie_id, rating, …) is a header. Without one, and
 * without `columns`, two to four columns are taken for user, item, value and timestamp.
 * Timestamps are numbers or ISO 8601 dates.
 *
 * @throws InklingError `invalid_interactions` naming file and line when something is missing, too
 *   much, or no number; `wrong_content` for a web page; `invalid_argument` for wrong options;
 *   `aborted` when the signal fires.
 */
export async function readInteractions(
  source: TextSource,
  options: ReadInteractionsOptions = {},
): Promise<InteractionTable> {
  const name = sourceName(source, options);
  const position = { line: 0 };
  const builder = new InteractionTableBuilder(() => `${name}, line ${position.line}`);
  const rows = new KeptRows(builder, options.minValue);
  if (options.columns !== undefined) columnsFromOption(options.columns);
  let sink: TextSink | undefined;
  for await (const text of textChunks(source, options, 'invalid_interactions')) {
    sink ??= openSink(text, name, options, rows, position);
    sink.push(text);
  }
  sink?.push('', true);
  if (builder.length === 0) throw nothingRead(name, position.line, rows);
  return builder.build();
}

function openSink(
  head: string,
  name: string,
  options: ReadInteractionsOptions,
  rows: KeptRows,
  position: { line: number },
): TextSink {
  refuseHtml(head, name);
  if (/^\s*\[\s*[{[\]]/.test(head)) {
    throw new InklingError(
      'invalid_interactions',
      `${name}, line 1: this is a JSON array; expected CSV, TSV, or one JSON object a line ` +
        '(NDJSON): write every element on a line of its own, without brackets and commas.',
    );
  }
  const format = options.format ?? formatByName(name);
  const looksLikeJson = /^\s*\{\s*"/.test(head);
  const json =
    format === 'ndjson' || (looksLikeJson && (format === undefined || format === 'json'));
  if (json && options.delimiter === undefined) {
    if (options.columns !== undefined) {
      throw new InklingError(
        'invalid_argument',
        `${name}: columns are given for a file of JSON objects; leave them out, for the objects ` +
          'name their own: {"user": …, "item": …, "value": …, "timestamp": …}.',
      );
    }
    return interactionLines(name, rows.add, position);
  }
  return delimitedSink(head, name, options, rows, position, format);
}

function delimitedSink(
  head: string,
  name: string,
  options: ReadInteractionsOptions,
  rows: KeptRows,
  position: { line: number },
  format: string | undefined,
): TextSink {
  const { quotes, onNotice } = options;
  const layout = detectLayout(head, options.delimiter, format);
  let columns: Columns | undefined;
  const fail = (text: string): InklingError =>
    new InklingError('invalid_interactions', `${name}, line ${position.line}: ${text}.`);

  return new RowReader(
    { ...layout, name, quotes, onNotice, code: 'invalid_interactions' },
    (fields, line) => {
      position.line = line;
      if (columns === undefined) {
        const first = readFirstRow(fields, options, layout.delimiter);
        if ('problem' in first) throw fail(first.problem);
        columns = first.columns;
        if (first.notice !== undefined) onNotice?.(`${name}, line ${line}: ${first.notice}.`);
        if (first.isHeader) return;
      }
      const { width, user, item, value, timestamp } = columns;
      if (fields.length !== width) {
        throw fail(wrongWidth(fields.length, columns, options, layout.delimiter));
      }
      const userId = fields[user] as string;
      const itemId = fields[item] as string;
      if (userId === '') throw fail('the user is empty; fill it in or remove the row');
      if (itemId === '') throw fail('the item is empty; fill it in or remove the row');
      const number = value === -1 ? undefined : cellNumber(fields[value] as string);
      if (number !== undefined && !Number.isFinite(number)) {
        throw fail(
          `the value (column ${value + 1}) is ${describe(fields[value])}; expected a finite ` +
            `number: correct it, or ${COLUMNS_CURE}`,
        );
      }
      const time = timestamp === -1 ? undefined : cellTime(fields[timestamp] as string);
      if (time !== undefined && !Number.isFinite(time)) {
        throw fail(
          `the timestamp (column ${timestamp + 1}) is ${describe(fields[timestamp])}; expected a ` +
            `number or a date such as 2024-05-31T12:00:00Z: correct it, or ${COLUMNS_CURE}`,
        );
      }
      rows.add(userId, itemId, number, time);
    },
  );
}

/** Passes on the rows whose value is large enough. */
class KeptRows {
  largest = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly builder: InteractionTableBuilder,
    readonly minValue: number | undefined,
  ) {
    if (minValue !== undefined && !Number.isFinite(minValue)) {
      throw new InklingError(
        'invalid_argument',
        `minValue is ${describe(minValue)}; expected a finite number, or leave it out.`,
      );
    }
  }

  readonly add = (user: string, item: string, value?: number, timestamp?: number): void => {
    if (this.minValue !== undefined) {
      if (value !== undefined && value > this.largest) this.largest = value;
      if ((value ?? 1) < this.minValue) return;
    }
    this.builder.add(user, item, value, timestamp);
  };
}

function wrongWidth(
  found: number,
  columns: Columns,
  options: ReadInteractionsOptions,
  delimiter: string,
): string {
  const cure =
    found < columns.width
      ? 'fill in what is missing, or check the delimiter'
      : 'remove what is too much, enclose fields that hold the delimiter in quotes';
  return (
    `the row has ${found} ${found === 1 ? 'field' : 'fields'} ` +
    `(divided by ${describe(delimiter)}), and ${options.columns === undefined ? 'the first row has' : '`columns` names'} ` +
    `${columns.width}; ${cure}, or ${COLUMNS_CURE}`
  );
}

function nothingRead(name: string, line: number, rows: KeptRows): InklingError {
  const text =
    line === 0
      ? 'the file is empty; expected rows of user and item'
      : rows.minValue === undefined
        ? 'there is a header and no row after it; expected rows of user and item'
        : `no row has a value of at least ${rows.minValue} (the largest is ` +
          `${rows.largest === Number.NEGATIVE_INFINITY ? 'missing' : rows.largest}); ` +
          'lower minValue (--min-value)';
  return new InklingError('invalid_interactions', `${name}: ${text}.`);
}
