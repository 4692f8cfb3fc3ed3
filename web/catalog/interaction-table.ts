import { InklingError } from '../errors.js';
import type { Interaction, InteractionTable } from '../types.js';
import { describe, idProblem } from './ids.js';

/** Strings this long may be views into the text they were cut from, and would keep all of it. */
const SHORTEST_VIEW = 13;

/** Says where row `row` (0-based) came from, for messages. */
export type PlaceOfRow = (row: number) => string;

/** Gathers interactions row by row into the columns of an `InteractionTable`. */
export class InteractionTableBuilder {
  private readonly userIndex = new IdIndex('user');
  private readonly itemIndex = new IdIndex('item');
  private users = new Int32Array(1024);
  private items = new Int32Array(1024);
  private values = new Float32Array(1024);
  private timestamps: Float64Array | null = null;
  private rows = 0;

  /** `place` default: `Interactions, row 1` for the first row. */
  constructor(private readonly place: PlaceOfRow = rowNumber) {}

  /** Rows added so far. */
  get length(): number {
    return this.rows;
  }

  /**
   * Adds one row. `value` is 1 if left out; either every row has a timestamp or none.
   *
   * @throws InklingError `invalid_interactions`, naming the place of the row.
   */
  add(user: string, item: string, value = 1, timestamp?: number): void {
    const row = this.rows;
    if (!Number.isFinite(value) || !Number.isFinite(Math.fround(value))) {
      throw this.problem(row, `the value is ${describe(value)}; expected a finite number`);
    }
    if (row === this.users.length) this.grow();
    if (row === 0 && timestamp !== undefined) this.timestamps = new Float64Array(this.users.length);
    if ((timestamp !== undefined) !== (this.timestamps !== null)) {
      const [here, before] =
        timestamp === undefined ? ['has no timestamp', 'do'] : ['has a timestamp', 'have none'];
      throw this.problem(
        row,
        `${here} and the rows before it ${before}; give all rows one, or none`,
      );
    }
    if (timestamp !== undefined && !Number.isFinite(timestamp)) {
      throw this.problem(row, `the timestamp is ${describe(timestamp)}; expected a finite number`);
    }
    this.users[row] = this.index(this.userIndex, user, row);
    this.items[row] = this.index(this.itemIndex, item, row);
    this.values[row] = value;
    if (this.timestamps !== null) this.timestamps[row] = timestamp as number;
    this.rows++;
  }

  /**
   * The table of all rows so far; the builder can be used further.
   *
   * @throws InklingError `invalid_interactions` when there are none.
   */
  build(): InteractionTable {
    if (this.rows === 0) throw empty();
    return {
      userIds: this.userIndex.ids.slice(),
      itemIds: this.itemIndex.ids.slice(),
      users: this.users.slice(0, this.rows),
      items: this.items.slice(0, this.rows),
      values: this.values.slice(0, this.rows),
      timestamps: this.timestamps === null ? null : this.timestamps.slice(0, this.rows),
    };
  }

  private index(index: IdIndex, id: string, row: number): number {
    const found = index.get(id);
    if (found !== -1) return found;
    const wrong = idProblem(id);
    if (wrong !== null) throw this.problem(row, `the ${index.side} ${wrong}`);
    return index.add(id);
  }

  private problem(row: number, text: string): InklingError {
    return problem(row, text, this.place);
  }

  private grow(): void {
    const length = this.users.length * 2;
    this.users = copyInto(new Int32Array(length), this.users);
    this.items = copyInto(new Int32Array(length), this.items);
    this.values = copyInto(new Float32Array(length), this.values);
    if (this.timestamps !== null) {
      this.timestamps = copyInto(new Float64Array(length), this.timestamps);
    }
  }
}

/**
 * Checks training data and puts it into columns; a table is checked and returned as it is.
 *
 * @throws InklingError `invalid_interactions` naming the row when an id is no string, a value or
 *   timestamp is not finite, an index is out of range, columns differ in length, or there are no
 *   rows; `duplicate_id` when a table lists an id twice.
 */
export function toInteractionTable(
  data: InteractionTable | Iterable<Interaction>,
): InteractionTable {
  if (typeof data === 'object' && data !== null) {
    if ('userIds' in data || 'users' in data) return checkTable(data as InteractionTable);
    if (Symbol.iterator in data) return fromRows(data);
  }
  throw new InklingError(
    'invalid_interactions',
    `The interactions are ${describe(data)}; expected an array of {user, item, value?, ` +
      'timestamp?} or the table that readInteractions gives.',
  );
}

function fromRows(rows: Iterable<Interaction>): InteractionTable {
  const builder = new InteractionTableBuilder();
  for (const row of rows) {
    if (typeof row !== 'object' || row === null) {
      throw problem(builder.length, `it is ${describe(row)}; expected {user, item, value?}`);
    }
    builder.add(row.user, row.item, row.value, row.timestamp);
  }
  return builder.build();
}

function checkTable(table: InteractionTable): InteractionTable {
  const { userIds, itemIds, users, items, values, timestamps } = table;
  checkIds(userIds, 'userIds');
  checkIds(itemIds, 'itemIds');
  if (
    !(users instanceof Int32Array) ||
    !(items instanceof Int32Array) ||
    !(values instanceof Float32Array) ||
    !(timestamps === null || timestamps instanceof Float64Array)
  ) {
    throw new InklingError(
      'invalid_interactions',
      'The table needs users and items as Int32Array, values as Float32Array, and timestamps as ' +
        'Float64Array or null; build it with InteractionTableBuilder.',
    );
  }
  const rows = users.length;
  const lengths = { users, items, values, ...(timestamps && { timestamps }) };
  for (const [name, column] of Object.entries(lengths)) {
    if (column.length !== rows) {
      throw new InklingError(
        'invalid_interactions',
        `The column ${name} has ${column.length} entries and users has ${rows}; ` +
          'give every column one entry a row.',
      );
    }
  }
  if (rows === 0) throw empty();
  for (let row = 0; row < rows; row++) {
    checkIndex(users[row] as number, userIds.length, 'user', row);
    checkIndex(items[row] as number, itemIds.length, 'item', row);
    if (!Number.isFinite(values[row])) {
      throw problem(row, `the value is ${describe(values[row])}; expected a finite number`);
    }
    if (timestamps && !Number.isFinite(timestamps[row])) {
      throw problem(row, `the timestamp is ${describe(timestamps[row])}; expected a finite number`);
    }
  }
  return table;
}

function checkIds(ids: unknown, name: string): void {
  if (!Array.isArray(ids)) {
    throw new InklingError(
      'invalid_interactions',
      `The table's ${name} is ${describe(ids)}; expected an array of strings.`,
    );
  }
  const seen = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    const wrong = idProblem(id);
    if (wrong !== null) {
      throw new InklingError('invalid_interactions', `${name}[${index}] ${wrong}.`);
    }
    const before = seen.get(id);
    if (before !== undefined) {
      throw new InklingError(
        'duplicate_id',
        `${name}[${index}] and ${name}[${before}] are both ${JSON.stringify(id)}; ` +
          'list every id once and let rows share its index.',
      );
    }
    seen.set(id, index);
  }
}

function checkIndex(index: number, count: number, side: 'user' | 'item', row: number): void {
  if (index >= 0 && index < count) return;
  throw problem(
    row,
    `the ${side} index is ${index}; expected 0 to ${count - 1}, an index into ${side}Ids`,
  );
}

/** Gives every id the next free index when it is first met. */
class IdIndex {
  readonly ids: string[] = [];
  private readonly indices = new Map<string, number>();
  private lastId: string | undefined;
  private lastIndex = -1;

  constructor(readonly side: 'user' | 'item') {}

  /** -1 when the id is new. */
  get(id: string): number {
    if (id === this.lastId) return this.lastIndex; // rows of a user often follow one another
    const index = this.indices.get(id);
    if (index === undefined) return -1;
    this.lastId = id;
    this.lastIndex = index;
    return index;
  }

  add(id: string): number {
    const own: string = id.length < SHORTEST_VIEW ? id : JSON.parse(JSON.stringify(id));
    const index = this.ids.push(own) - 1;
    this.indices.set(own, index);
    return index;
  }
}

function copyInto<T extends Int32Array | Float32Array | Float64Array>(to: T, from: T): T {
  to.set(from);
  return to;
}

function empty(): InklingError {
  return new InklingError(
    'invalid_interactions',
    'There are no interactions; expected at least one row of user and item.',
  );
}

function rowNumber(row: number): string {
  return `Interactions, row ${row + 1}`;
}

function problem(row: number, text: string, place: PlaceOfRow = rowNumber): InklingError {
  return new InklingError('invalid_interactions', `${place(row)}: ${text}.`);
}
