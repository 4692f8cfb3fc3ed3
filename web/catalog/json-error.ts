/** A mark, the start of a string, or another value. */
const TOKEN =
  /\s*(?:([{}[\],:])|(")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.]))/y;

type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma or end';

/**
 * The 1-based line where `text` stops being JSON: the line of the first token that cannot stand
 * where it does, or the last line when the text is cut off. Engines agree on no form in which their
 * own messages tell it.
 */
export function jsonErrorLine(text: string): number {
  const token = new RegExp(TOKEN);
  const closers: string[] = [];
  let expected: Expected = 'value';
  let end = 0;
  for (;;) {
    token.lastIndex = end;
    const match = token.exec(text);
    if (match === null) break;
    const { lastIndex } = token;
    const after = match[2] === undefined ? lastIndex : stringEnd(text, lastIndex);
    const next = follow(match[1], match[2] && text.slice(lastIndex - 1, after));
    if (next === undefined) break;
    expected = next;
    end = after;
    if (closers.length === 0) break;
  }
  const rest = /\s*/y;
  rest.lastIndex = end;
  rest.exec(text);
  const at = rest.lastIndex < text.length ? rest.lastIndex : text.trimEnd().length;
  return text.slice(0, at).split('\n').length;

  /** What must follow this token, or undefined when the token must not stand here. */
  function follow(mark: string | undefined, text: string | undefined): Expected | undefined {
    if (text !== undefined && !isJson(text)) return undefined;
    if (mark === '}' || mark === ']') {
      const first = mark === '}' ? 'first key' : 'first value';
      if (expected !== 'comma or end' && expected !== first) return undefined;
      return closers.pop() === mark ? 'comma or end' : undefined;
    }
    if (mark === ',') {
      if (expected !== 'comma or end') return undefined;
      return closers.at(-1) === '}' ? 'key' : 'value';
    }
    if (mark === ':') return expected === 'colon' ? 'value' : undefined;
    if (expected === 'key' || expected === 'first key')
      return text === undefined ? undefined : 'colon';
    if (expected !== 'value' && expected !== 'first value') return undefined;
    if (mark === undefined) return 'comma or end';
    closers.push(mark === '{' ? '}' : ']');
    return mark === '{' ? 'first key' : 'first value';
  }
}

/** Where a string ends, or the text. A pattern would overflow the stack at some megabytes. */
function stringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
