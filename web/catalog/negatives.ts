import { InklingError } from '../errors.js';
import { roleOf } from './columns.js';
import type { ReadTableOptions } from './delimited.js';
import { detectLayout, formatByName, refuseHtml } from './format.js';
import { describe } from './ids.js';
import { RowReader } from './rows.js';
import { sourceName, type TextSource, textChunks } from './text-source.js';

/** Items a test user's test items are ranked against. */
export interface Negatives {
  user: string;
  items: string[];
}

/** The user where the first field is one of the files of He et al. (2017): user and test item in brackets. */
function userOf(lead: string): string {
  const comma = lead.lastIndexOf(',');
  return comma > 0 && lead.startsWith('(') && lead.endsWith(')') ? lead.slice(1, comma) : lead;
}

/**
 * Reads rows of `user,item,item,…`, in any delimited text, plain or gzipped; also the original
 * form of the NCF files, `(user,item)` and the items, divided by tabs. A first row of column names is
 * skipped; rows of one user are joined.
 *
 * @throws InklingError `invalid_interactions` naming file and line when a row has no items or an
 *   empty id; `wrong_content` for a web page; `aborted` when the signal fires.
 */
export async function readNegatives(
  source: TextSource,
  options: ReadTableOptions = {},
): Promise<Negatives[]> {
  const name = sourceName(source, options);
  const byUser = new Map<string, string[]>();
  const shared = new Map<string, string>();
  let rows: RowReader | undefined;
  let first = true;
  const take = (fields: string[], line: number): void => {
    const wasFirst = first;
    first = false;
    if (wasFirst && isHeader(fields)) return;
    const [lead = '', ...items] = fields;
    const user = userOf(lead);
    const fail = (text: string): InklingError =>
      new InklingError('invalid_interactions', `${name}, line ${line}: ${text}.`);
    if (items.length === 0) {
      throw fail(
        `the row is only ${describe(lead)}; expected a user and at least one item: ` +
          'user,item,item,… Check the delimiter (--delimiter)',
      );
    }
    const blank = fields.indexOf('');
    if (blank !== -1) {
      throw fail(`field ${blank + 1} is empty; expected an id: remove the extra delimiter`);
    }
    let list = byUser.get(user);
    if (list === undefined) {
      list = [];
      byUser.set(user, list);
    }
    for (const item of items) {
      let own = shared.get(item);
      if (own === undefined) {
        own = JSON.parse(JSON.stringify(item)) as string; // not a view into the whole row
        shared.set(own, own);
      }
      list.push(own);
    }
  };
  for await (const text of textChunks(source, options, 'invalid_interactions')) {
    if (rows === undefined) {
      refuseHtml(text, name);
      const format = options.format ?? formatByName(name);
      const layout = detectLayout(text, options.delimiter, format, true);
      const { quotes, onNotice } = options;
      rows = new RowReader(
        { ...layout, name, quotes, onNotice, code: 'invalid_interactions' },
        take,
      );
    }
    rows.push(text);
  }
  rows?.push('', true);
  if (byUser.size > 0) return Array.from(byUser, ([user, items]) => ({ user, items }));
  throw new InklingError(
    'invalid_interactions',
    `${name}: there are no rows; expected rows of user,item,item,… with negative items.`,
  );
}

function isHeader([first = '', second = '']: string[]): boolean {
  const items = roleOf(second)?.role === 'item' || /^(items|negatives?)$/i.test(second);
  return roleOf(first)?.role === 'user' && items;
}
