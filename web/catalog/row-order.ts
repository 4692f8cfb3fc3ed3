import type { InteractionTable } from '../types.js';

/** So few rows may stand against an order by item id. */
const MOST_EXCEPTIONS = 0.01;

/**
 * Whether the rows of a user stand in an order that may be that of time: they have timestamps, or they are not simply
 * sorted by item id, as matrices are when they are written out.
 */
export function rowsTellTime({ timestamps, users, items, userIds, itemIds }: InteractionTable) {
  if (timestamps) return true;
  const previous = new Int32Array(userIds.length).fill(-1);
  let rising = 0;
  let falling = 0;
  for (let row = 0; row < users.length; row++) {
    const user = users[row] as number;
    const item = items[row] as number;
    const before = previous[user] as number;
    previous[user] = item;
    if (before < 0 || before === item) continue;
    if (precedes(itemIds[before] as string, itemIds[item] as string)) rising++;
    else falling++;
  }
  return rising === 0 || falling > MOST_EXCEPTIONS * (rising + falling);
}

/** Numbers by their size, other ids by their text. */
function precedes(a: string, b: string): boolean {
  const difference = Number(a) - Number(b);
  return Number.isNaN(difference) ? a < b : difference < 0;
}
