import { describe } from '../catalog/ids.js';
import { InklingError } from '../errors.js';
import type { EvaluateOptions } from '../types.js';
import type { IdIndex } from './id-index.js';

/**
 * The candidates of test users in indices, by user.
 *
 * @throws InklingError `invalid_argument` for a row that is none
 */
export function indexNegatives(
  negatives: EvaluateOptions['negatives'],
  users: IdIndex,
  items: IdIndex,
): { users: Int32Array; items: Int32Array } {
  const rows: { user: number; items: number[] }[] = [];
  for (const row of negatives ?? []) {
    const { user, items: ids } = Object(row);
    if (![user, ...(Array.isArray(ids) ? ids : [ids])].every((id) => typeof id === 'string')) {
      throw new InklingError(
        'invalid_argument',
        `evaluate: row ${rows.length + 1} of negatives is ${describe(row)} with ${describe(user)} as its user and ${describe(ids)} as its items; ` +
          'expected {user, items}: a string and an array of strings',
      );
    }
    rows.push({ user: users.add(row.user), items: row.items.map((item) => items.add(item)) });
  }
  rows.sort((a, b) => a.user - b.user);
  return {
    users: Int32Array.from(rows.flatMap((row) => row.items.map(() => row.user))),
    items: Int32Array.from(rows.flatMap((row) => row.items)),
  };
}
