import { InklingError } from '../errors.js';
import type { Item } from '../types.js';
import { refuseHtml } from './format.js';
import { describe, idProblem } from './ids.js';
import { jsonProblem } from './json-problem.js';
import { LineReader } from './ndjson.js';

/**
 * Checks a catalogue. Every item needs an `id`, a string of its own; `title` and `text` are
 * strings, `tags` an array of strings, `popularity` a finite number of at least 0, or several by context. Other
 * attributes may be anything. An empty catalogue is allowed. The items themselves are returned, in a new array.
 *
 * @param source what to call the catalogue in messages, such as its file name
 * @throws InklingError `invalid_catalog` or `duplicate_id`, naming the index
 */
export function checkItems(value: unknown, source: string): Item[] {
  if (!Array.isArray(value)) {
    throw new InklingError(
      'invalid_catalog',
      `${source}: the catalogue is ${describe(value)}; expected an array of items, ` +
        'such as [{"id": "1", "title": "One"}].',
    );
  }
  const checker = new ItemChecker((index) => `${source}, index ${index}`);
  for (const [index, item] of value.entries()) checker.add(item, index);
  return checker.items;
}

/**
 * Reads a catalogue written as a JSON array or as one JSON object a line, and checks it.
 *
 * @param errorLine finds the line where a text stops being JSON, for messages; without it they have the engine's words only
 * @throws InklingError `invalid_catalog` or `duplicate_id`, naming the index or line;
 *   `wrong_content` for a web page
 */
export function parseItems(
  text: string,
  source: string,
  errorLine?: (text: string) => number,
): Item[] {
  const start = text.trimStart(); // takes a byte order mark away too
  refuseHtml(start, source);
  if (start.startsWith('{')) return parseLines(text, source);
  if (start === '') {
    throw new InklingError(
      'invalid_catalog',
      `${source}: the file is empty; expected a JSON array of items, or one item a line.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(start);
  } catch (cause) {
    throw new InklingError(
      'invalid_catalog',
      `${source}${errorLine ? `, line ${errorLine(text)}` : ''}: no JSON ` +
        `(${jsonProblem(cause)}); expected a JSON array of items, or one item a line. ` +
        'Check the file with a JSON tool.',
      { cause },
    );
  }
  return checkItems(value, source);
}

function parseLines(text: string, source: string): Item[] {
  const checker = new ItemChecker((line) => `${source}, line ${line}`);
  const lines = new LineReader((line, number) => {
    let item: unknown;
    try {
      item = JSON.parse(line.charCodeAt(0) === 0xfeff ? line.slice(1) : line);
    } catch (cause) {
      throw new InklingError(
        'invalid_catalog',
        `${source}, line ${number}: no JSON (${jsonProblem(cause)}); expected one whole item on ` +
          'every line, or enclose all of them in [ ] with commas between.',
        { cause },
      );
    }
    checker.add(item, number);
  });
  lines.push(text, true);
  return checker.items;
}

/** Checks items one after another and keeps them. */
export class ItemChecker {
  readonly items: Item[] = [];
  private readonly numbers = new Map<string, number>();

  /** `place` says where the item of a number stands, for messages, such as `items.json, index 3`. */
  constructor(private readonly place: (number: number) => string) {}

  add(item: unknown, number: number): void {
    const problem = itemProblem(item);
    if (problem !== null) {
      throw new InklingError('invalid_catalog', `${this.place(number)}: ${problem}.`);
    }
    const { id } = item as Item;
    const before = this.numbers.get(id);
    if (before !== undefined) {
      throw new InklingError(
        'duplicate_id',
        `${this.place(number)}: the id ${JSON.stringify(id)} was given before (${this.place(before)}); ` +
          'every item needs an id of its own: remove or rename one of the two.',
      );
    }
    this.numbers.set(id, number);
    this.items.push(item as Item);
  }
}

function itemProblem(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    const cure = typeof item === 'string' ? `: write {"id": ${JSON.stringify(item)}}` : '';
    return `the item is ${describe(item)}; expected an object with an id${cure}`;
  }
  const { id, title, text, tags, popularity } = item as Record<string, unknown>;
  if (id === undefined) {
    const keys = Object.keys(item)
      .slice(0, 8)
      .map((key) => JSON.stringify(key));
    return (
      `there is no id among its attributes (${keys.join(', ') || 'none'}); expected a string of ` +
      'its own under the name "id": add or rename it'
    );
  }
  const wrongId = idProblem(id);
  if (wrongId !== null) return `the id ${wrongId}`;
  for (const [name, value] of [
    ['title', title],
    ['text', text],
  ] as const) {
    if (value === undefined || typeof value === 'string') continue;
    return `the ${name} is ${describe(value)}; expected a string: leave it out if there is none`;
  }
  if (tags !== undefined) {
    const example = 'expected an array of strings, such as ["comedy", "drama"]';
    if (!Array.isArray(tags)) return `tags is ${describe(tags)}; ${example}: put it in [ ]`;
    const wrong = tags.findIndex((tag) => typeof tag !== 'string');
    if (wrong !== -1) {
      return `tags[${wrong}] is ${describe(tags[wrong])}; ${example}: use String(tag)`;
    }
  }
  if (popularity !== undefined && !isPopularity(popularity)) {
    return (
      `the popularity is ${describe(popularity)}; expected a finite number of at least 0, or such by ` +
      'context: leave it out if it is not known'
    );
  }
  return null;
}

function isPopularity(value: unknown): boolean {
  return (
    isNumber(value) ||
    ({}.toString.call(value) === '[object Object]' &&
      Object.values(value as object).every(isNumber))
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
