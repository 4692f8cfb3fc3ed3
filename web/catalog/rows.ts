import Papa from 'papaparse';
import { InklingError } from '../errors.js';
import type { DataErrorCode } from './decode.js';
import type { Layout } from './format.js';

/** Receives one row that is not blank. `line` is the 1-based line the row starts on. */
export type RowHandler = (fields: string[], line: number) => void;

export interface RowOptions extends Layout {
  /** File name, for messages. */
  name: string;
  code: DataErrorCode;
  /** Double quotes enclose fields. Default true. */
  quotes?: boolean | undefined;
  onNotice?: ((text: string) => void) | undefined;
}

/** Characters a row may have; more means a quote that is never closed. */
const LONGEST_ROW = 1 << 22;

/**
 * Divides text that arrives in pieces into rows of fields.
 *
 * Papa Parse does the dividing: its `Parser` is what its own streaming is built on, and unlike
 * `Papa.parse` it says where the last whole row of a piece ended.
 *
 * A tab-separated file need not know quoting: when its quotes make no sense as such, it is read as
 * it stands from there on, and only fields wholly enclosed in quotes lose them.
 */
export class RowReader {
  private readonly quoted: Papa.Parser;
  private readonly plain: Papa.Parser;
  private readonly lineEnd: '\n' | '\r';
  private literal: boolean;
  private rest = '';
  private line = 1;

  constructor(
    private readonly options: RowOptions,
    private readonly handle: RowHandler,
  ) {
    const { delimiter, newline } = options;
    this.literal = options.quotes === false;
    this.lineEnd = newline === '\r' ? '\r' : '\n';
    this.quoted = new Papa.Parser({ delimiter, newline, fastMode: false });
    // Without quotes a carriage return before the line end is never data, so it can go afterwards.
    this.plain = new Papa.Parser({ delimiter, newline: this.lineEnd, fastMode: true });
  }

  /** @throws InklingError for malformed quotes, and whatever the handler throws. */
  push(text: string, final = false): void {
    const input = this.rest + text;
    const end =
      this.literal || !input.includes('"')
        ? this.pushPlain(input, final)
        : this.pushQuoted(input, final);
    this.rest = input.slice(end);
    if (this.rest.length > LONGEST_ROW) {
      throw this.error(
        this.line,
        `the row that starts here is longer than ${LONGEST_ROW} characters; ` +
          'close the quote that is open, or check that this is a text file with line ends',
      );
    }
  }

  private pushPlain(input: string, final: boolean): number {
    const { data, meta } = this.plain.parse(input, 0, !final) as Papa.ParseResult<string[]>;
    for (const fields of data) {
      const last = fields.length - 1;
      const field = fields[last] as string;
      if (field.charCodeAt(field.length - 1) === 13) fields[last] = field.slice(0, -1);
      if (this.literal && this.options.quotes !== false) fields.forEach(unwrap);
      this.emit(fields);
      this.line++;
    }
    return final ? input.length : meta.cursor;
  }

  private pushQuoted(input: string, final: boolean): number {
    const result = this.quoted.parse(input, 0, !final) as Papa.ParseResult<string[]>;
    const { data, errors, meta } = result;
    // An error in the unfinished last row may only be due to the missing rest of it.
    const problem = errors.find((error) => final || (error.row ?? 0) < data.length);
    if (problem !== undefined && this.options.delimiter === '\t') {
      this.literal = true;
      this.options.onNotice?.(
        `${this.options.name}: quotes are read as they stand, for they do not enclose fields.`,
      );
      return this.pushPlain(input, final);
    }
    for (const [index, fields] of data.entries()) {
      if (index === problem?.row) break;
      this.emit(fields);
      this.line++;
      for (const field of fields) this.line += field.split(this.lineEnd).length - 1;
    }
    if (problem === undefined) return final ? input.length : meta.cursor;
    throw this.error(
      this.line,
      problem.code === 'MissingQuotes'
        ? 'a quoted field is never closed; add the closing quote'
        : 'a quoted field goes on after its closing quote; ' +
            'write a quote inside a quoted field twice ("")',
    );
  }

  private emit(fields: string[]): void {
    if (fields.length === 1 && fields[0] === '') return;
    this.handle(fields, this.line);
  }

  private error(line: number, text: string): InklingError {
    return new InklingError(this.options.code, `${this.options.name}, line ${line}: ${text}.`);
  }
}

/** Takes the quotes off a field that is enclosed in them and well-formed inside. */
function unwrap(field: string, index: number, fields: string[]): void {
  if (field.length < 2 || !field.startsWith('"') || !field.endsWith('"')) return;
  const inside = field.slice(1, -1);
  if (inside.replaceAll('""', '').includes('"')) return;
  fields[index] = inside.replaceAll('""', '"');
}
