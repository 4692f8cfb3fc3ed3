import { describe } from './catalog/ids.js';
import { didYouMean } from './did-you-mean.js';
import { InklingError } from './errors.js';

/** What is expected instead of such a value, or null where it is fine. */
export type Check = (value: unknown) => string | null;

export const text: Check = (value) => (typeof value === 'string' ? null : 'a string');
export const flag: Check = (value) => (typeof value === 'boolean' ? null : 'true or false');
export const anything: Check = () => null;
export const positive: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 1 ? null : 'a whole number of at least 1';
export const moreThanZero: Check = (value) =>
  Number.isFinite(value) && (value as number) > 0 ? null : 'a number above 0';
export const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string) ? null : `one of ${values.join(', ')}`;

/**
 * @param known what each option must be; that of '' holds for all others
 * @throws InklingError `invalid_argument` for an unknown name (naming the nearest) or a wrong value
 */
export function checkAgainst(known: Record<string, Check>, call: string, options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new InklingError(
      'invalid_argument',
      `${call}: the options are ${describe(options)}; expected an object`,
    );
  }
  for (const [key, value] of Object.entries(options)) {
    const check = Object.hasOwn(known, key) ? known[key] : known[''];
    if (!check) {
      const names = Object.keys(known);
      throw new InklingError(
        'invalid_argument',
        `${call}: unknown option "${key}"${didYouMean(key, names)}; known are ${names.join(', ')}`,
      );
    }
    const expected = value === undefined ? null : check(value);
    if (expected !== null) {
      const at = Array.isArray(value) ? value.findIndex((each) => check([each]) !== null) : -1;
      const wrong = at < 0 ? '' : ` with ${describe(value[at])} at ${at}`;
      throw new InklingError(
        'invalid_argument',
        `${call}: ${key} is ${describe(value)}${wrong}; expected ${expected}`,
      );
    }
  }
}
