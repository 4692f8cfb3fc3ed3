import { describe } from '../catalog/ids.js';
import { didYouMean } from '../did-you-mean.js';
import { InklingError } from '../errors.js';

/** That a value is not what was expected. */
export function wrong(what: string, value: unknown, expected: string): InklingError {
  return new InklingError(
    'invalid_argument',
    `${what} is ${describe(value)}; expected ${expected}`,
  );
}

/** An object without other parts than these. @throws InklingError `invalid_argument` */
export function record(
  what: string,
  value: unknown,
  known: readonly string[],
): Record<string, unknown> {
  if (Object(value) !== value || Array.isArray(value)) {
    throw wrong(what, value, `an object with ${known.join(', ')}`);
  }
  for (const key of Object.keys(value as object)) {
    if (known.includes(key)) continue;
    throw new InklingError(
      'invalid_argument',
      `${what} has an unknown part "${key}"${didYouMean(key, known)}; known are ${known.join(', ')}`,
    );
  }
  return value as Record<string, unknown>;
}

/** @throws InklingError `invalid_argument` */
export function expectCount(what: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 1)) return;
  throw wrong(what, value, 'a whole number of at least 1');
}

/** @throws InklingError `invalid_argument` */
export function expectOneOf(what: string, value: unknown, known: readonly string[]): void {
  if (known.includes(value as string)) return;
  const near = typeof value === 'string' ? didYouMean(value, known) : '';
  throw new InklingError(
    'invalid_argument',
    `${what} is ${describe(value)}${near}; expected one of ${known.join(', ')}`,
  );
}

/** @throws InklingError `invalid_argument` */
export function expectAboveZero(what: string, value: unknown): void {
  if (value === undefined || (Number.isFinite(value) && (value as number) > 0)) return;
  throw wrong(what, value, 'a number above 0');
}

/** @throws InklingError `invalid_argument` */
export function expectNumber(what: string, value: unknown, least: number, most: number): void {
  const number = value as number;
  if (value === undefined || (typeof value === 'number' && number >= least && number <= most))
    return;
  const range =
    most < Infinity ? `a number from ${least} to ${most}` : `a number of at least ${least}`;
  throw wrong(what, value, range);
}
