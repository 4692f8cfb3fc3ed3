import { describe, idProblem } from '../catalog/ids.js';
import { InklingError } from '../errors.js';
import type { ItemVectors, ModelName } from '../types.js';
import type { IdIndex } from './id-index.js';

/** Models that learn from vectors that the app brings. */
export const VECTOR_MODELS: readonly string[] = ['item_vectors', 'hybrid'] satisfies ModelName[];
/** Models that learn from the items alone; interactions only tell them how often an item was met. */
export const ITEM_MODELS: readonly string[] = ['tf_idf', 'item_vectors'] satisfies ModelName[];

/** What the core takes (cpp/include/inkling/item_vectors.h); beyond, memory must not even be asked for. */
const MOST_BYTES = 2 ** 30;

/**
 * Whether the vectors fit together and a model learns from them. How many numbers there may be, the core says.
 *
 * @throws InklingError `invalid_argument`, `invalid_catalog` (ids), `duplicate_id`
 */
export function checkVectors(vectors: ItemVectors | undefined, models: readonly string[]): void {
  if (vectors === undefined) return;
  const { ids, values } = Object(vectors) as { ids: unknown; values: unknown };
  if (!models.some((model) => VECTOR_MODELS.includes(model))) {
    throw new InklingError(
      'invalid_argument',
      `vectors are given, from which ${models.join(' and ')} cannot learn; expected the model ${VECTOR_MODELS.join(' or ')}`,
    );
  }
  if (!Array.isArray(ids) || !(values instanceof Float32Array)) {
    throw new InklingError(
      'invalid_argument',
      `vectors: ids is ${describe(ids)} and values ${describe(values)}; expected an array of strings and a Float32Array`,
    );
  }
  if (!(values.length > 0 && Number.isInteger(values.length / ids.length))) {
    throw new InklingError(
      'invalid_argument',
      `vectors: there are ${ids.length} ids and ${values.length} numbers; expected as many numbers for each id`,
    );
  }
  const known = new Set<string>();
  for (const [row, id] of ids.entries()) {
    const problem = idProblem(id);
    if (problem !== null) {
      throw new InklingError('invalid_catalog', `vectors: the id of row ${row} ${problem}`);
    }
    if (known.has(id)) {
      throw new InklingError(
        'duplicate_id',
        `vectors: ${describe(id)} has a vector already before row ${row}; expected one an item`,
      );
    }
    known.add(id);
  }
  const at = values.findIndex((number) => !Number.isFinite(number));
  if (at >= 0) {
    const width = values.length / ids.length;
    throw new InklingError(
      'invalid_catalog',
      `vectors: number ${at % width} of the vector of ${describe(ids[Math.floor(at / width)])} is ${values[at]}; ` +
        'expected finite numbers: repair what made it',
    );
  }
}

/**
 * A row for each item of the index, zeros where it has no vector.
 *
 * @throws InklingError `too_large`
 */
export function vectorsByIndex(
  { ids, values }: ItemVectors,
  index: IdIndex,
): { values: Float32Array; width: number } {
  const width = values.length / ids.length;
  if (index.size * width * Float32Array.BYTES_PER_ELEMENT > MOST_BYTES) {
    throw new InklingError(
      'too_large',
      `vectors: ${index.size} items with ${width} numbers each take more than ${MOST_BYTES / 2 ** 20} MiB; ` +
        'use shorter vectors or fewer items',
    );
  }
  const rows = new Float32Array(index.size * width);
  for (const [row, id] of ids.entries()) {
    const item = index.get(id);
    if (item === undefined) continue;
    rows.set(values.subarray(row * width, (row + 1) * width), item * width);
  }
  return { values: rows, width };
}
