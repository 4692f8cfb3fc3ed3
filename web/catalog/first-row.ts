import {
  COLUMNS_CURE,
  type Columns,
  columnList,
  columnsFromHeader,
  columnsFromOption,
  columnsFromPosition,
} from './columns.js';
import { describe } from './ids.js';

/** Fields of an unknown first row that a message quotes. */
const MOST_SHOWN = 8;

/** What the first row of a delimited file tells. */
export type FirstRow =
  | { columns: Columns; isHeader: boolean; notice?: string }
  | { problem: string };

/**
 * Decides whether the first row is a header, and which column holds what. `columns` goes before a
 * header, a header before the position.
 */
export function readFirstRow(
  fields: readonly string[],
  options: { columns?: readonly string[]; header?: boolean },
  delimiter: string,
): FirstRow {
  const byName = options.header === false ? null : columnsFromHeader(fields);
  const named = byName !== null && byName.user !== -1 && byName.item !== -1;
  if (options.columns !== undefined) {
    const columns = columnsFromOption(options.columns);
    if (options.header === true) return { columns, isHeader: true };
    if (!named) return { columns, isHeader: false };
    return {
      columns,
      isHeader: false,
      notice:
        'this looks like a header but is read as data, because columns are given; ' +
        'set `header: true` (--header) to skip it',
    };
  }
  if (named) return { columns: byName, isHeader: true };
  const byPosition = options.header === true ? null : columnsFromPosition(fields);
  // No header has numbers, so a row with some is data, even if an id in it is "book".
  if (byPosition !== null && (byName === null || fields.length > 2)) {
    return {
      columns: byPosition,
      isHeader: false,
      notice: `no header; the columns are taken for ${columnList(byPosition)}`,
    };
  }
  const shown = fields.slice(0, MOST_SHOWN).map((field) => describe(field));
  const found =
    shown.join(', ') +
    (fields.length > MOST_SHOWN ? ` and ${fields.length - MOST_SHOWN} more` : '');
  const oneField = fields.length === 1 ? ', or set the delimiter (--delimiter)' : '';
  return {
    problem:
      `the columns found are ${found} (divided by ${describe(delimiter)}); expected a header ` +
      'with user and item, and optionally value and timestamp: correct the header, or ' +
      `${COLUMNS_CURE}${oneField}`,
  };
}
