import { attention, MEAN_ATTENTION } from './attention.js';
import type { StoredEvent } from './history.js';
import { SESSION_MS, weigh } from './history.js';

/** An item that was shown, and what came of it. */
export interface ShownItem {
  item: string;
  at: number;
  attention: number;
  /** Where it was tried out: how likely that was. */
  propensity?: number;
  /** Whether the person took it within half an hour. */
  taken: boolean;
}

/** What a person was shown, in the order of the log. O(events · log events). */
export function shownLog(events: readonly StoredEvent[]): ShownItem[] {
  const taken = new Map<string, number[]>();
  for (const event of events) {
    if (event.type === 'impression' || weigh(event).weight <= 0) continue;
    const times = taken.get(event.item);
    if (times) times.push(event.at);
    else taken.set(event.item, [event.at]);
  }
  for (const times of taken.values()) times.sort((one, other) => one - other);
  return events.flatMap(({ type, item, at, position, propensity }) =>
    type === 'impression'
      ? {
          item,
          at,
          attention: position === undefined ? MEAN_ATTENTION : attention(position),
          ...(propensity !== undefined && { propensity }),
          taken: firstFrom(taken.get(item) ?? [], at) < at + SESSION_MS,
        }
      : [],
  );
}

/** The first of rising times that is not before a moment. */
function firstFrom(times: readonly number[], moment: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < moment) low = middle + 1;
    else high = middle;
  }
  return times[low] ?? Infinity;
}
