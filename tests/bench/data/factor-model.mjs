import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mulberry32 } from './power-law.mjs';

const NUM_FACTORS = 64;
/** So that scores of trained models and these are of one size. */
const STDDEV = 0.3;
const REGULARIZATION = 0.006;
const UNOBSERVED_WEIGHT = 0.01;
const HISTORY_LENGTH = 50;
const CHUNK_ROWS = 4096;

/**
 * Writes a model file of `ials` with Gaussian item factors, row by row: the largest does not fit twice
 * into memory. Ids are the indices.
 * @param {string} path
 * @param {number} numItems
 * @param {number} seed
 */
export async function writeFactorModel(path, numItems, seed) {
  const ids = encodeIds(numItems);
  const config = JSON.stringify({ num_factors: NUM_FACTORS });
  const foldIn = Float32Array.of(REGULARIZATION, UNOBSERVED_WEIGHT);
  const tensors = [
    ['fold_in', 'F32', [2], foldIn],
    ['item_counts', 'F32', [numItems], new Float32Array(numItems).fill(1)],
    ['item_ids.offsets', 'U32', [numItems + 1], ids.offsets],
    ['item_factors', 'F32', [numItems, NUM_FACTORS], null],
    ['item_ids.bytes', 'U8', [ids.bytes.length], ids.bytes],
  ];
  const header = { __metadata__: { format_version: '1', model: 'ials', config } };
  let end = 0;
  for (const [name, dtype, shape, values] of tensors) {
    const begin = end;
    end += values ? values.byteLength : numItems * NUM_FACTORS * 4;
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));

  const file = createWriteStream(path);
  const put = async (bytes) => {
    if (!file.write(bytes)) await once(file, 'drain');
  };
  await put(length);
  await put(padded);
  for (const [, , , values] of tensors) {
    if (values) {
      await put(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
      continue;
    }
    const normal = normalNumbers(seed);
    for (let row = 0; row < numItems; row += CHUNK_ROWS) {
      const chunk = new Float32Array(Math.min(CHUNK_ROWS, numItems - row) * NUM_FACTORS);
      for (let n = 0; n < chunk.length; n++) chunk[n] = STDDEV * normal();
      await put(Buffer.from(chunk.buffer));
    }
  }
  file.end();
  await once(file, 'close');
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

function encodeIds(numItems) {
  const offsets = new Uint32Array(numItems + 1);
  const texts = [];
  for (let item = 0; item < numItems; item++) {
    texts.push(String(item));
    offsets[item + 1] = offsets[item] + texts[item].length;
  }
  return { offsets, bytes: new TextEncoder().encode(texts.join('')) };
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
