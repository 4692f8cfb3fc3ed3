/**
 * @typedef {{ users: Int32Array, items: Int32Array }} Pairs columns of equal length
 * @typedef {object} BenchData
 * @property {number} numUsers
 * @property {number} numItems
 * @property {Pairs} train
 * @property {Pairs} test
 * @property {Pairs} negatives sorted by user
 */

const PARTS = /** @type {const} */ (['train', 'test', 'negatives']);

/**
 * The data as one block of int32 that contestants in any language can read: numUsers, numItems and
 * the lengths of the three parts, then each part's users and items.
 * @param {BenchData} data
 */
export function pack(data) {
  const columns = PARTS.flatMap((part) => [data[part].users, data[part].items]);
  const lengths = PARTS.map((part) => data[part].users.length);
  const block = [data.numUsers, data.numItems, ...lengths];
  const packed = new Int32Array(columns.reduce((sum, { length }) => sum + length, block.length));
  packed.set(block);
  let at = block.length;
  for (const column of columns) {
    packed.set(column, at);
    at += column.length;
  }
  return packed;
}

/**
 * @param {Int32Array} packed what `pack` gave
 * @returns {BenchData}
 */
export function unpack(packed) {
  const [numUsers, numItems, ...lengths] = packed.subarray(0, 2 + PARTS.length);
  const column = (/** @type {number} */ begin, /** @type {number} */ length) =>
    packed.slice(begin, begin + length);
  let at = 2 + PARTS.length;
  const parts = PARTS.map((part, p) => {
    const pairs = { users: column(at, lengths[p]), items: column(at + lengths[p], lengths[p]) };
    at += 2 * lengths[p];
    return [part, pairs];
  });
  return { numUsers, numItems, ...Object.fromEntries(parts) };
}
