import { describe, idProblem } from './catalog/ids.js';
import { InklingError } from './errors.js';
import { EVENT_TYPES, type InteractionEvent } from './types.js';

const MAX_TIME = 8.64e15; // the last millisecond that a Date can hold

/**
 * Checks an event and sets its time. Extra attributes are refused, so that nothing is silently lost.
 *
 * @param what for messages: "record"
 * @throws InklingError `invalid_argument`
 */
export function checkEvent(
  event: InteractionEvent,
  now: number,
  what: string,
): InteractionEvent & { at: number } {
  const wrong = (text: string) => new InklingError('invalid_argument', `${what}: ${text}`);
  if (typeof event !== 'object' || event === null) {
    throw wrong(`the event is ${describe(event)}; expected {item, type, value?, at?}`);
  }
  const { item, type, value, at = now } = event;
  const unknown = Object.keys(event).find((key) => !['item', 'type', 'value', 'at'].includes(key));
  if (unknown !== undefined) {
    throw wrong(`unknown attribute "${unknown}" of the event; known are item, type, value, at`);
  }
  const badId = idProblem(item);
  if (badId !== null) throw wrong(`the item ${badId}`);
  if (!EVENT_TYPES.includes(type)) {
    throw wrong(`the type is ${describe(type)}; expected one of ${EVENT_TYPES.join(', ')}`);
  }
  if (type === 'rate' && !(typeof value === 'number' && value >= 1 && value <= 5)) {
    throw wrong(`the value of a rate event is ${describe(value)}; expected a number from 1 to 5`);
  }
  if (type !== 'rate' && value !== undefined) {
    throw wrong(`a ${type} event has no value; leave it out, or use the type "rate"`);
  }
  if (!Number.isFinite(at) || Math.abs(at) > MAX_TIME) {
    throw wrong(`at is ${describe(at)}; expected milliseconds since 1970, such as Date.now()`);
  }
  return value === undefined ? { item, type, at } : { item, type, value, at };
}
