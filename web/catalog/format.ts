import { InklingError } from '../errors.js';

export type TableFormat = 'csv' | 'tsv' | 'ndjson';

/** How the rows of a delimited file are laid out. */
export interface Layout {
  /** One or several characters. */
  delimiter: string;
  newline: '\n' | '\r\n' | '\r';
}

/** In the order they are tried; the first that divides all of the first lines alike is taken. */
const CANDIDATES = ['\t', '::', ',', ';', '|', ' '] as const;
const LINES_LOOKED_AT = 10;

/** `csv`, `tsv`, `ndjson` or `json` by the ending of `name` (a final `.gz` does not count). */
export function formatByName(name: string): TableFormat | 'json' | undefined {
  const ending = /\.([^./\\]+)$/.exec(name.replace(/\.gz$/i, ''))?.[1]?.toLowerCase();
  if (ending === 'csv' || ending === 'json') return ending;
  if (ending === 'tsv' || ending === 'tab') return 'tsv';
  if (ending === 'ndjson' || ending === 'jsonl') return 'ndjson';
  return undefined;
}

/**
 * The layout, by option, else by format, else by the first lines in `head`. Rows of a `ragged` file
 * may differ in length.
 */
export function detectLayout(
  head: string,
  delimiter: string | undefined,
  format: string | undefined,
  ragged = false,
): Layout {
  if (delimiter !== undefined) checkDelimiter(delimiter);
  const byFormat = format === 'csv' ? ',' : format === 'tsv' ? '\t' : undefined;
  return {
    delimiter: delimiter ?? byFormat ?? sniffDelimiter(head, ragged),
    newline: sniffNewline(head),
  };
}

/** @throws InklingError `wrong_content` when `head` is the start of a web page. */
export function refuseHtml(head: string, name: string): void {
  if (!/^\s*<(!doctype|html|head|body|\?xml|!--)/i.test(head)) return;
  throw new InklingError(
    'wrong_content',
    `${name}: this is a web page (it starts with ${JSON.stringify(head.trim().slice(0, 20))}), ` +
      'not data; check the address: servers often answer with a page where a file is missing.',
  );
}

function checkDelimiter(delimiter: string): void {
  if (delimiter !== '' && !/[\r\n"\uFEFF]/.test(delimiter)) return;
  throw new InklingError(
    'invalid_argument',
    `The delimiter is ${JSON.stringify(delimiter)}; expected one or more characters other than ` +
      'quotes and line ends, such as "," or "::".',
  );
}

function sniffDelimiter(head: string, ragged: boolean): string {
  const lines = head
    .split(/\r\n|\n|\r/)
    .slice(0, LINES_LOOKED_AT + 1)
    .map((line) => line.replace(/"[^"]*"/g, ''));
  if (lines.length > 1) lines.pop(); // the last one may be cut off
  const filled = lines.filter((line) => line !== '');
  const counts = CANDIDATES.map((candidate) =>
    filled.map((line) => line.split(candidate).length - 1),
  );
  const alike = counts.findIndex((of) => of.every((n) => n > 0 && n === of[0]));
  if (alike !== -1 && filled.length > 0 && !ragged) return CANDIDATES[alike] as string;
  const everywhere = counts.findIndex((of) => of.every((n) => n > 0));
  if (everywhere !== -1 && filled.length > 0) return CANDIDATES[everywhere] as string;
  return ',';
}

function sniffNewline(head: string): Layout['newline'] {
  let quoted = false;
  for (let at = 0; at < head.length; at++) {
    const character = head[at];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '\n') return '\n';
    else if (character === '\r') {
      if (head[at + 1] === '\n') return '\r\n';
      return '\r';
    }
  }
  return '\n';
}
