import { describe, idProblem } from '../catalog/ids.js';
import { InklingError } from '../errors.js';
import type { IdList } from './id-list.js';
import { factorsError, type ItemFactors } from './item-factors.js';

/** Item factors with the app's ids. */
export interface NamedFactors {
  itemIds: string[];
  /** (itemIds.length, numFactors), row-major. */
  values: Float32Array;
  numFactors: number;
}

/**
 * Gives every row its id. Rows are put in the order of their numbers, so that the order of part files and of the rows in them does
 * not matter.
 *
 * @param ids null where the file itself has what may serve as ids
 * @throws InklingError `invalid_factors`, `duplicate_id`, naming the row
 */
export function nameFactors(factors: ItemFactors, ids: IdList | null): NamedFactors {
  const { values, numFactors, keys, place } = factors;
  const rows = values.length / numFactors;
  const order = Array.from({ length: rows }, (_, row) => row);
  const keyOf = (row: number): number | string => keys?.[row] ?? row;
  if (keys === null) checkCount(rows, ids, place);
  else order.sort((a, b) => compare(keyOf(a), keyOf(b)));

  const itemIds: string[] = [];
  const rowOf = new Map<string, number>();
  const sorted = new Float32Array(values.length);
  for (const [position, row] of order.entries()) {
    const id = idOf(keyOf(row), ids, () => place(row));
    const known = rowOf.get(id);
    if (known !== undefined) {
      throw new InklingError(
        'duplicate_id',
        `${place(row)}: the item ${describe(id)} has a row already, ${place(known)}; expected ` +
          'one row an item: is there an older part file beside the new ones?',
      );
    }
    rowOf.set(id, row);
    itemIds.push(id);
    sorted.set(values.subarray(row * numFactors, (row + 1) * numFactors), position * numFactors);
  }
  return { itemIds, values: sorted, numFactors };
}

function checkCount(rows: number, ids: IdList | null, place: (row: number) => string): void {
  if (ids === null || rows === ids.size) return;
  const missing = Array.from({ length: rows }, (_, row) => row).find((row) => !ids.has(row));
  if (missing !== undefined) return; // said with the row
  throw factorsError(
    ids.name,
    `there are ${ids.size} ids and ${rows} rows of numbers (the last is ${place(rows - 1)}); expected ` +
      'one id a row, in the same order',
  );
}

function idOf(key: number | string, ids: IdList | null, place: () => string): string {
  if (typeof key === 'string') {
    if (ids !== null) {
      throw factorsError(
        place(),
        `the id is text already, ${describe(key)}; leave ${ids.name} (--item-ids) out`,
      );
    }
    const problem = idProblem(key);
    if (problem !== null) throw factorsError(place(), `the id ${problem}`);
    return key;
  }
  if (ids === null) return String(key);
  const id = ids.get(key);
  if (id !== undefined) return id;
  throw factorsError(
    place(),
    `there is no id for the number ${key} in ${ids.name}, which has ${ids.size}; add it, or leave the ` +
      'row out',
  );
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return a < b ? -1 : a > b ? 1 : 0;
}
