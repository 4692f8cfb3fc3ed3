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

/** How often an item was shown since the person did something with it. */
export interface ItemImpressions {
  item: string;
  /** When. */
  times: readonly number[];
}

/** An item that the person took. */
export interface TakenItem {
  item: string;
  at: number;
  /** What was shown in the half hour before, in no order; the item itself too, if it was. */
  shown: string[];
  /** How many other items there were in that half hour with which the person did something. */
  session: number;
}

/** How much each kind of event says. `rate` is worth (value - 3) / 2. */
const EVENT_WEIGHTS: Record<
  Exclude<EventType, 'rate' | 'impression'>,
  { weight: number; opinion: boolean }
> = {
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

/** Of an item's impressions the newest so many count: more would lower it little further. */
const MOST_IMPRESSIONS = 8;

export function weigh(event: InteractionEvent): { weight: number; opinion: boolean } {
  if (event.type !== 'rate') return EVENT_WEIGHTS[event.type as keyof typeof EVENT_WEIGHTS];
  return {
    weight: ((event.value ?? NEUTRAL_RATING) - NEUTRAL_RATING) / RATING_RANGE,
    opinion: true,
  };
}

/** Of what the person took: what the least event weighs, how far back the shown may lie, and how many are told. */
const LEAST_TAKEN = 0.5;
export const SESSION_MS = 30 * 60_000;
const MOST_TAKEN = 100;

/**
 * What the events of a log come to: of each item's the one that decides. An opinion (like, dislike, rate, purchase,
 * hide) outdoes every hint (view, click); of opinions the newest counts, of hints the strongest and of those the newest,
 * and of two at the same moment the one that came later. Impressions are neither; of them the newest are kept that came
 * after all else about their item. Taking in one more event costs the same, however many there are.
 */
export class History {
  /** How many events were taken in. */
  count = 0;
  private readonly deciding = new Map<string, StoredEvent>();
  /** By item: the newest impressions, newest first. */
  private readonly impressions = new Map<string, StoredEvent[]>();
  /** By item: when the person did something with it last. */
  private readonly touched = new Map<string, number>();
  private sorted: readonly ItemHistory[] | null = null;

  /** Events are taken in in the order of the log. */
  add(event: StoredEvent): void {
    this.count++;
    if (event.type === 'impression') {
      const shown = [event, ...(this.impressions.get(event.item) ?? [])].sort(newestFirst);
      this.impressions.set(event.item, shown.slice(0, MOST_IMPRESSIONS));
      return;
    }
    this.touched.set(event.item, Math.max(event.at, this.touched.get(event.item) ?? event.at));
    const known = this.deciding.get(event.item);
    if (known && outdoes(known, event)) return;
    this.deciding.set(event.item, event);
    this.sorted = null;
  }

  /** One entry an item, newest first. */
  items(): readonly ItemHistory[] {
    this.sorted ??= [...this.deciding.values()].sort(newestFirst).map((event) => ({
      item: event.item,
      type: event.type,
      weight: weigh(event).weight,
      at: event.at,
    }));
    return this.sorted;
  }

  /** The items that were shown since the person did something with them. */
  shown(): ItemImpressions[] {
    return [...this.impressions].flatMap(([item, events]) => {
      const times = this.ignored(item, events).map(({ at }) => at);
      return times.length > 0 ? { item, times } : [];
    });
  }

  /** What was taken, with what had been shown shortly before: the newest such choices, the oldest of them first. */
  taken(): TakenItem[] {
    const shown = [...this.impressions.values()].flat();
    const events = [...this.deciding.values()].sort(newestFirst);
    const within = (at: number) => (event: StoredEvent) =>
      event.at <= at && event.at > at - SESSION_MS;
    return this.items()
      .filter(({ weight }) => weight >= LEAST_TAKEN)
      .slice(0, MOST_TAKEN)
      .reverse()
      .map(({ item, at }) => ({
        item,
        at,
        shown: [...new Set(shown.filter(within(at)).map((event) => event.item))],
        session: events.filter(within(at)).length - 1,
      }));
  }

  /** The events that decide, one an item, and the impressions that count. */
  *decidingEvents(): Iterable<StoredEvent> {
    yield* this.deciding.values();
    for (const [item, events] of this.impressions) yield* this.ignored(item, events);
  }

  copy(): History {
    const copy = new History();
    for (const event of this.decidingEvents()) copy.add(event);
    for (const [item, at] of this.touched) copy.touched.set(item, at);
    copy.count = this.count;
    return copy;
  }

  private ignored(item: string, events: readonly StoredEvent[]): readonly StoredEvent[] {
    const touched = this.touched.get(item) ?? Number.NEGATIVE_INFINITY;
    return events.filter(({ at }) => at > touched);
  }
}

function newestFirst(one: StoredEvent, other: StoredEvent): number {
  return other.at - one.at || other.seq - one.seq;
}

/** Whether an event that is known decides, although another one about its item has come. */
function outdoes(known: StoredEvent, added: StoredEvent): boolean {
  const before = weigh(known);
  const after = weigh(added);
  if (before.opinion !== after.opinion) return before.opinion;
  const stronger = Math.abs(before.weight) - Math.abs(after.weight);
  return before.opinion || stronger === 0 ? known.at > added.at : stronger > 0;
}

/** What a stored history depends on besides the events. */
export const HISTORY_RULES = JSON.stringify([
  EVENT_WEIGHTS,
  NEUTRAL_RATING,
  RATING_RANGE,
  MOST_IMPRESSIONS,
]);

/** The history of events that are in no log. */
export function historyOf(events: readonly InteractionEvent[]): History {
  const history = new History();
  events.forEach((event, n) => {
    history.add({ at: 0, ...event, seq: n + 1 });
  });
  return history;
}
