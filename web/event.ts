import { describe, idProblem } from './catalog/ids.js';
import { InklingError } from './errors.js';
import { EVENT_TYPES, type InteractionEvent } from './types.js';

const KNOWN = ['item', 'type', 'value', 'at', 'position', 'propensity'];
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
  const { item, type, value, at = now, position, propensity } = event;
  const unknown = Object.keys(event).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    throw wrong(`unknown attribute "${unknown}" of the event; known are ${KNOWN.join(', ')}`);
  }
  const badId = idProblem(item);
  if (badId !== null) throw wrong(`the item ${badId}`);
  if (!EVENT_TYPES.includes(type)) {
    throw wrong(`the type is ${describe(type)}; expected one of ${EVENT_TYPES.join(', ')}`);
  }
  const rated = type === 'rate';
  if (rated ? !(typeof value === 'number' && value >= 1 && value <= 5) : value !== undefined) {
    const expected = rated ? 'a number from 1 to 5' : 'none, or the type "rate"';
    throw wrong(`the value of a ${type} event is ${describe(value)}; expected ${expected}`);
  }
  if (!Number.isFinite(at) || Math.abs(at) > MAX_TIME) {
    throw wrong(`at is ${describe(at)}; expected milliseconds since 1970, such as Date.now()`);
  }
  const wellShown =
    (position === undefined || (Number.isSafeInteger(position) && position > 0)) &&
    (propensity === undefined ||
      (Number.isFinite(propensity) && propensity > 0 && propensity <= 1));
  if (!wellShown || (type !== 'impression' && (position ?? propensity) !== undefined)) {
    throw wrong(
      'an impression may have a position, from 1, and a propensity, up to 1; others neither',
    );
  }
  return {
    item,
    type,
    at,
    ...(rated && { value }),
    ...(position && { position }),
    ...(propensity && { propensity }),
  };
}
