import { InklingError } from '../errors.js';

/** Item factors as a file has them. Which item a row is of, `named-factors.ts` finds out. */
export interface ItemFactors {
  /** (rows, numFactors), row-major. */
  values: Float32Array;
  numFactors: number;
  /** What each row goes by: a number such as Spark's, or the id itself. Null: by its position, from 0. */
  keys: readonly (number | string)[] | null;
  /** Where a row stands, for messages. */
  place(row: number): string;
  /** How the factors were trained, where the file says so. */
  training?: TrainingFacts;
}

export interface TrainingFacts {
  regularization?: number;
  alpha?: number;
}

/** What the core takes (cpp/include/inkling/ials.h). */
const MOST_FACTORS = 1024;
/** Saving a model takes its factors' memory several times over, and the engine has 4 GB. */
const MOST_BYTES = 512 * 2 ** 20;
/** More than a .npy file ever has before its numbers. */
const MOST_HEADER_BYTES = 1 << 16;
/** Squares of larger ones, summed, are beyond float32. */
const LARGEST = 1e15;

/** Whatever is wrong with a file of factors. */
export function factorsError(place: string, text: string, cause?: unknown): InklingError {
  const options = cause === undefined ? undefined : { cause };
  return new InklingError('invalid_factors', `${place}: ${text}.`, options);
}

/**
 * To be called before memory is taken.
 *
 * @param most how long a row may be
 * @throws InklingError `invalid_factors`, `too_large`
 */
export function checkShape(
  rows: number,
  numFactors: number,
  place: string,
  most: number = MOST_FACTORS,
): void {
  if (rows < 1) throw factorsError(place, 'there are no rows; expected one for each item');
  if (numFactors < 1 || numFactors > most) {
    throw factorsError(
      place,
      `the rows have ${numFactors} numbers; expected 1 to ${most}: is one row one item?`,
    );
  }
  if (rows * numFactors * Float32Array.BYTES_PER_ELEMENT > MOST_BYTES) {
    throw new InklingError(
      'too_large',
      `${place}: ${rows} rows of ${numFactors} numbers take more than ${MOST_BYTES / 2 ** 20} MiB; ` +
        'take shorter rows, or leave out items that hardly anybody met.',
    );
  }
}

/**
 * The same for the bytes of a .npy file, whose numbers take four or eight each.
 *
 * @throws InklingError `too_large`
 */
export function checkFileSize(bytes: number, place: string): void {
  const most = (MOST_BYTES / Float32Array.BYTES_PER_ELEMENT) * Float64Array.BYTES_PER_ELEMENT;
  if (bytes <= most + MOST_HEADER_BYTES) return;
  throw new InklingError(
    'too_large',
    `${place}: ${bytes} bytes are more than ${MOST_BYTES / 2 ** 20} MiB of numbers; take shorter ` +
      'rows, or leave out items that hardly anybody met.',
  );
}

/** @throws InklingError `invalid_factors` naming the first row with NaN, an infinity or a number out of all bounds. */
export function checkFinite({ values, numFactors, place }: ItemFactors): void {
  const at = values.findIndex((value) => !(Math.abs(value) <= LARGEST));
  if (at === -1) return;
  throw factorsError(
    place(Math.floor(at / numFactors)),
    `number ${at % numFactors} is ${values[at]}; expected finite numbers up to ${LARGEST}: ` +
      'what made them has diverged; where that was least squares, train again with more regularization',
  );
}

/** The usual place of a row: its position, as NumPy counts. */
export function positionIn(name: string): (row: number) => string {
  return (row) => `${name}, row ${row} (counted from 0)`;
}
