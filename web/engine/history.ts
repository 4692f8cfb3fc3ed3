import type { EventType, InteractionEvent } from '../types.js';

/** An event as stored: its time is set, and it has its place in the log. */
export interface StoredEvent extends InteractionEvent {
  /** Rises with every event of a log. */
  seq: number;
  at: number;
}

/** What the events about one item come to. */
export interface ItemHistory {
  item: string;
  /** The event that decides. */
  type: EventType;
  /** 1 is as strong as an interaction in training; below 0 is dislike. */
  weight: number;
  at: number;
}

/** How much each kind of event says. `rate` is worth (value - 3) / 2. */
const EVENT_WEIGHTS: Record<Exclude<EventType, 'rate'>, { weight: number; opinion: boolean }> = {
  purchase: { weight: 1.2, opinion: true },
  like: { weight: 1, opinion: true },
  click: { weight: 0.5, opinion: false },
  view: { weight: 0.25, opinion: false },
  hide: { weight: -0.5, opinion: true },
  dislike: { weight: -1, opinion: true },
};

/** Rating that says neither yes nor no, and the distance from it that is worth 1. */
const NEUTRAL_RATING = 3;
const RATING_RANGE = 2;

function weigh(event: InteractionEvent): { weight: number; opinion: boolean } {
  if (event.type !== 'rate') return EVENT_WEIGHTS[event.type];
  return {
    weight: ((event.value ?? NEUTRAL_RATING) - NEUTRAL_RATING) / RATING_RANGE,
    opinion: true,
  };
}

/**
 * One entry an item, newest first. An opinion (like, dislike, rate, purchase, hide) outdoes every hint (view,
 * click); of opinions the newest counts, of hints the strongest.
 */
export function itemHistories(
  events: readonly (InteractionEvent & { at?: number })[],
): ItemHistory[] {
  const byItem = new Map<string, ItemHistory & { opinion: boolean; place: number }>();
  for (const [place, event] of events.entries()) {
    const { weight, opinion } = weigh(event);
    const entry = { item: event.item, type: event.type, weight, at: event.at ?? 0, opinion, place };
    const known = byItem.get(event.item);
    const outdone =
      known &&
      (known.opinion === opinion
        ? opinion
          ? known.at > entry.at
          : Math.abs(known.weight) > Math.abs(weight)
        : known.opinion);
    if (!outdone) byItem.set(event.item, entry);
  }
  return [...byItem.values()]
    .sort((a, b) => b.at - a.at || b.place - a.place)
    .map(({ item, type, weight, at }) => ({ item, type, weight, at }));
}
