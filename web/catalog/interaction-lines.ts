import { InklingError } from '../errors.js';
import { cellTime } from './cell-numbers.js';
import { type Role, roleOf } from './columns.js';
import { describe, idProblem } from './ids.js';
import { jsonProblem } from './json-problem.js';
import { LineReader } from './ndjson.js';

/** Characters a line may have: about half of what the strictest engine puts into one string. */
const LONGEST_LINE = 1 << 28;

type AddRow = (user: string, item: string, value?: number, timestamp?: number) => void;

/**
 * Reads interactions written as one JSON object a line. Keys may have any of the names a header may
 * have; other keys are not read. `position.line` is kept at the line being read.
 *
 * @throws InklingError `invalid_interactions` naming file and line.
 */
export function interactionLines(
  name: string,
  add: AddRow,
  position: { line: number },
): Pick<LineReader, 'push'> {
  const known = new Map<string, ReturnType<typeof roleOf>>();
  const lines = new LineReader((text, line) => {
    position.line = line;
    const fail = (problem: string, cause?: unknown): InklingError =>
      new InklingError('invalid_interactions', `${name}, line ${line}: ${problem}.`, { cause });
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch (cause) {
      throw fail(`no JSON (${jsonProblem(cause)}); write one whole object on every line`, cause);
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw fail(`the line holds ${describe(row)}; expected an object {"user": …, "item": …}`);
    }
    const cells: Partial<Record<Role, unknown>> = {};
    const ranks: Partial<Record<Role, number>> = {};
    for (const [key, cell] of Object.entries(row)) {
      let found = known.get(key);
      if (found === undefined) {
        if (known.has(key)) continue;
        found = roleOf(key);
        known.set(key, found);
        if (found === undefined) continue;
      }
      if (found.rank >= (ranks[found.role] ?? Infinity)) continue;
      ranks[found.role] = found.rank;
      cells[found.role] = cell;
    }
    for (const side of ['user', 'item'] as const) {
      const wrong = idProblem(cells[side]);
      if (wrong === null) continue;
      const keys = Object.keys(row)
        .slice(0, 8)
        .map((key) => JSON.stringify(key))
        .join(', ');
      throw fail(
        cells[side] === undefined
          ? `no ${side} among the keys ${keys}; ` +
              `name it "${side}", as in {"user": "u1", "item": "i1", "value": 5}`
          : `the ${side} ${wrong}`,
      );
    }
    const { value, timestamp } = cells;
    if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) {
      throw fail(`the value is ${describe(value)}; expected a finite number: correct it`);
    }
    const time = typeof timestamp === 'string' ? cellTime(timestamp) : timestamp;
    if (time !== undefined && (typeof time !== 'number' || !Number.isFinite(time))) {
      throw fail(
        `the timestamp is ${describe(timestamp)}; expected a number or a date such as ` +
          '"2024-05-31T12:00:00Z": correct it or leave it out everywhere',
      );
    }
    add(cells.user as string, cells.item as string, value, time);
  });
  return {
    push(text, final) {
      lines.push(text, final);
      if (lines.waiting <= LONGEST_LINE) return;
      throw new InklingError(
        'invalid_interactions',
        `${name}, line ${position.line + 1}: the line is longer than ${LONGEST_LINE} characters; ` +
          'check that this is a text file with line ends.',
      );
    },
  };
}
