import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mulberry32 } from './power-law.mjs';

export const NUM_FACTORS = 64;
/** So that scores of trained models and these are of one size. */
const STDDEV = 0.3;
const REGULARIZATION = 0.006;
const UNOBSERVED_WEIGHT = 0.01;
const HISTORY_LENGTH = 50;
const CHUNK_ROWS = 4096;
const LARGEST_INTEGER = 127;

/**
 * Writes a model file with Gaussian item factors, some rows at a time: the largest does not fit twice into memory. Ids
 * are the indices. The tensors are those of cpp/README.md.
 * @param {string} path
 * @param {{ numItems: number, seed: number, model?: 'ials' | 'pure_svd', storage?: 'f32' | 'int8', rounded?: boolean }} options
 *   pure_svd: a person is the sum of their items' factors; with int8 the same factors, rounded to a 127th of the largest
 *   of their row; with `rounded` these as floats
 */
export async function writeFactorModel(
  path,
  { numItems, seed, model = 'ials', storage = 'f32', rounded = false },
) {
  const factors = storage === 'int8' ? 'I8' : 'F32';
  const width = NUM_FACTORS * (storage === 'int8' ? 1 : Float32Array.BYTES_PER_ELEMENT);
  const scales = storage === 'int8' ? scalesOf(numItems, seed) : null;
  const ids = idTensors(numItems, scales !== null);
  const parts = [
    model === 'ials'
      ? { name: 'fold_in', type: 'F32', values: Float32Array.of(REGULARIZATION, UNOBSERVED_WEIGHT) }
      : { name: 'low_rank', type: 'F32', values: Float32Array.of(1, 0) },
    { name: 'item_counts', type: 'F32', values: new Float32Array(numItems).fill(1) },
    ...ids.numbers,
    ...(scales ? [{ name: 'item_factors.scales', type: 'F32', values: scales }] : []),
    { name: 'item_factors', type: factors, values: null },
    ...ids.bytes,
  ];
  const config = JSON.stringify({ num_factors: NUM_FACTORS });
  const header = {
    __metadata__: { format_version: storage === 'int8' ? '2' : '1', model, config },
  };
  let end = 0;
  for (const { name, type, values } of parts) {
    const begin = end;
    end += values ? values.byteLength : numItems * width;
    const shape = values ? [values.length] : [numItems, NUM_FACTORS];
    header[name] = { dtype: type, shape, data_offsets: [begin, end] };
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));

  const file = createWriteStream(path);
  const put = async (values) => {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    if (!file.write(bytes)) await once(file, 'drain');
  };
  await put(length);
  await put(padded);
  for (const { values } of parts) {
    if (values) {
      await put(values);
      continue;
    }
    for (const rows of factorRows(numItems, seed)) {
      if (rounded) roundRows(rows);
      await put(scales ? integersOf(rows) : rows);
    }
  }
  file.end();
  await once(file, 'close');
}

/** The factors of some thousand items after the other. The same seed gives the same. */
function* factorRows(numItems, seed) {
  const normal = normalNumbers(seed);
  for (let row = 0; row < numItems; row += CHUNK_ROWS) {
    const rows = new Float32Array(Math.min(CHUNK_ROWS, numItems - row) * NUM_FACTORS);
    for (let n = 0; n < rows.length; n++) rows[n] = STDDEV * normal();
    yield rows;
  }
}

function scalesOf(numItems, seed) {
  const scales = new Float32Array(numItems);
  let item = 0;
  for (const rows of factorRows(numItems, seed)) {
    for (let at = 0; at < rows.length; at += NUM_FACTORS) scales[item++] = scaleOf(rows, at);
  }
  return scales;
}

/** What one step of a row's integers is worth. */
function scaleOf(rows, at) {
  let largest = 0;
  for (let f = 0; f < NUM_FACTORS; f++) largest = Math.max(largest, Math.abs(rows[at + f]));
  return Math.fround(largest / LARGEST_INTEGER);
}

function integersOf(rows) {
  const integers = new Int8Array(rows.length);
  for (let at = 0; at < rows.length; at += NUM_FACTORS) {
    const scale = scaleOf(rows, at);
    for (let f = 0; f < NUM_FACTORS; f++) integers[at + f] = Math.round(rows[at + f] / scale);
  }
  return integers;
}

/** To what the integers stand for. */
function roundRows(rows) {
  const integers = integersOf(rows);
  for (let at = 0; at < rows.length; at += NUM_FACTORS) {
    const scale = scaleOf(rows, at);
    for (let f = 0; f < NUM_FACTORS; f++) rows[at + f] = integers[at + f] * scale;
  }
}

/** Items that some people have met: int32, `historyLength` of each, none twice. */
export function randomHistories(numPeople, numItems, seed) {
  const random = mulberry32(seed);
  const histories = new Int32Array(numPeople * HISTORY_LENGTH);
  for (let person = 0; person < numPeople; person++) {
    const met = new Set();
    while (met.size < HISTORY_LENGTH) met.add(Math.floor(random() * numItems));
    histories.set([...met], person * HISTORY_LENGTH);
  }
  return { histories, historyLength: HISTORY_LENGTH };
}

/** The indices as ids: tensors of numbers, which are aligned, and of bytes. Shortened: each without what it shares with the one before it. */
function idTensors(numItems, shortened) {
  const offsets = new Uint32Array(numItems + 1);
  const shared = new Uint8Array(numItems);
  const lengths = new Uint8Array(numItems);
  const texts = [];
  let last = '';
  for (let item = 0; item < numItems; item++) {
    const id = String(item);
    while (shortened && shared[item] < last.length && id[shared[item]] === last[shared[item]])
      shared[item]++;
    texts.push(id.slice(shared[item]));
    lengths[item] = id.length - shared[item];
    offsets[item + 1] = offsets[item] + id.length;
    last = id;
  }
  const bytes = {
    name: 'item_ids.bytes',
    type: 'U8',
    values: new TextEncoder().encode(texts.join('')),
  };
  if (!shortened) {
    return {
      numbers: [{ name: 'item_ids.offsets', type: 'U32', values: offsets }],
      bytes: [bytes],
    };
  }
  const ofBytes = [
    bytes,
    { name: 'item_ids.shared', type: 'U8', values: shared },
    { name: 'item_ids.lengths', type: 'U8', values: lengths },
  ];
  return { numbers: [], bytes: ofBytes };
}

/** Box and Muller's: two at a time. */
function normalNumbers(seed) {
  const random = mulberry32(seed);
  let spare = 0;
  let hasSpare = false;
  return () => {
    hasSpare = !hasSpare;
    if (!hasSpare) return spare;
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
