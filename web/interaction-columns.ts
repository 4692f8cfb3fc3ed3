import { describe } from './catalog/ids.js';
import { InklingError } from './errors.js';
import type { Interaction, InteractionTable } from './types.js';

/** Rows of training data as they cross to the worker: columns are copied faster than objects. */
export interface InteractionColumns {
  users: unknown[];
  items: unknown[];
  values: unknown[];
  timestamps: unknown[];
}

/** What an app gave as training data, to be checked by the worker. */
export type SentInteractions = InteractionTable | { columns: InteractionColumns };

/** @throws InklingError `invalid_interactions` when a row is no object; the rest is checked where it is used */
export function toSend(data: InteractionTable | Iterable<Interaction>): SentInteractions {
  if (typeof data !== 'object' || data === null || !(Symbol.iterator in data)) return data;
  const columns: InteractionColumns = { users: [], items: [], values: [], timestamps: [] };
  for (const row of data) {
    if (typeof row !== 'object' || row === null) {
      throw new InklingError(
        'invalid_interactions',
        `Interactions, row ${columns.users.length + 1}: it is ${describe(row)}; expected {user, item, value?}.`,
      );
    }
    columns.users.push(row.user);
    columns.items.push(row.item);
    columns.values.push(row.value);
    columns.timestamps.push(row.timestamp);
  }
  return { columns };
}

/** Whether there are no rows at all. */
export function isEmpty(data: SentInteractions): boolean {
  const { users } = (Object(data).columns ?? Object(data)) as InteractionColumns;
  return users?.length === 0;
}

/** The rows again, for who checks them. */
export function received(data: SentInteractions): InteractionTable | Iterable<Interaction> {
  return typeof data === 'object' && data !== null && 'columns' in data
    ? rowsOf(data.columns)
    : data;
}

function* rowsOf({ users, items, values, timestamps }: InteractionColumns): Iterable<Interaction> {
  for (let row = 0; row < users.length; row++) {
    yield {
      user: users[row],
      item: items[row],
      value: values[row],
      timestamp: timestamps[row],
    } as Interaction;
  }
}
