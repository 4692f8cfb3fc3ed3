import type { InteractionEvent } from '../../web/types.js';
import { itemId, randomNumbers } from '../browser/sample-data.js';

/**
 * Events by number, so that whoever finds one can tell which it is and whether it is whole. Page and test make the same.
 */

/** The number of an event is its time after this. */
const FIRST_TIME = 1_700_000_000_000;
/** Items of the catalogue; the model has fewer, so that every rung of the ladder has something to give. */
export const CATALOGUE_ITEMS = 220;
export const MODEL_ITEMS = 200;
/** Only every second item is ever met: the lists stay long. Beyond the catalogue's are items that nobody knows. */
const MET_ITEMS = 120;
const HINTS = ['view', 'click'] as const;
const OPINIONS = ['like', 'dislike', 'purchase', 'hide'] as const;
const LARGEST_BATCH = 12;

export type NumberedEvent = InteractionEvent & { at: number };

export function eventOf(number: number): NumberedEvent {
  const random = randomNumbers(number);
  const item = itemId(2 * Math.floor(random() * MET_ITEMS));
  const at = FIRST_TIME + number;
  const kind = random();
  if (kind < 0.2) return { item, type: 'rate', value: 1 + Math.floor(random() * 9) / 2, at };
  const types = kind < 0.6 ? HINTS : OPINIONS;
  return { item, type: types[Math.floor(random() * types.length)] as (typeof types)[number], at };
}

/** The number of an event that is as it was sent, or null. */
export function numberOf(event: NumberedEvent): number | null {
  const number = event.at - FIRST_TIME;
  if (!Number.isInteger(number) || number < 0) return null;
  const sent = eventOf(number);
  const same = event.item === sent.item && event.type === sent.type && event.value === sent.value;
  return same ? number : null;
}

/** How many events the calls of record() have, one after the other: mostly one. Endless. */
export function* batches(seed: number): Generator<number> {
  const random = randomNumbers(seed);
  for (;;) yield random() < 0.7 ? 1 : 2 + Math.floor(random() * (LARGEST_BATCH - 1));
}
