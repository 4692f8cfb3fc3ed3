import { attention, MEAN_ATTENTION } from './attention.js';
import type { StoredEvent } from './history.js';
import { weigh } from './history.js';

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

const SESSION_MS = 30 * 60_000;

/** What a person was shown, in the order of the log. */
export function shownLog(events: readonly StoredEvent[]): ShownItem[] {
  const taken = new Map<string, number[]>();
  for (const event of events) {
    if (event.type === 'impression' || weigh(event).weight <= 0) continue;
    taken.set(event.item, [...(taken.get(event.item) ?? []), event.at]);
  }
  return events.flatMap(({ type, item, at, position, propensity }) =>
    type === 'impression'
      ? {
          item,
          at,
          attention: position === undefined ? MEAN_ATTENTION : attention(position),
          ...(propensity !== undefined && { propensity }),
          taken: (taken.get(item) ?? []).some((time) => time >= at && time < at + SESSION_MS),
        }
      : [],
  );
}
