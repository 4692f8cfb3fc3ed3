/**
 * @typedef {{ users: Int32Array, items: Int32Array, values: Float32Array }} Rows columns of equal length
 * @typedef {object} BenchData
 * @property {number} numUsers
 * @property {number} numItems
 * @property {Rows} train
 * @property {Rows} test
 * @property {Rows} negatives sorted by user; their values mean nothing
 */

const PARTS = /** @type {const} */ (['train', 'test', 'negatives']);

/**
 * The data as one block that contestants in any language can read: int32 numUsers, numItems and the
 * lengths of the three parts, then each part's int32 users, int32 items and float32 values.
 * @param {BenchData} data
 */
export function pack(data) {
  const header = [data.numUsers, data.numItems, ...PARTS.map((part) => data[part].users.length)];
  const columns = PARTS.flatMap((part) => {
    const { users, items, values } = data[part];
    return [users, items, new Int32Array(values.buffer, values.byteOffset, values.length)];
  });
  const packed = new Int32Array(columns.reduce((sum, { length }) => sum + length, header.length));
  packed.set(header);
  let at = header.length;
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
  let at = 2 + PARTS.length;
  const column = (/** @type {number} */ length) => {
    at += length;
    return packed.slice(at - length, at);
  };
  const parts = PARTS.map((part, p) => {
    const [users, items, bits] = [lengths[p], lengths[p], lengths[p]].map(column);
    return [part, { users, items, values: new Float32Array(bits.buffer) }];
  });
  return { numUsers, numItems, ...Object.fromEntries(parts) };
}
