import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { randomHistories, writeFactorModel } from './data/factor-model.mjs';
import { generatePowerLaw, mulberry32 } from './data/power-law.mjs';
import { pack, unpack } from './programs/interaction-arrays.mjs';
import { middleMean, quantile } from './programs/middle.mjs';
import { readFactorModel } from './programs/plain/factor-model.mjs';
import { foldInto } from './programs/plain/fold-in.mjs';
import { topOf } from './programs/plain/top.mjs';

const folder = mkdtempSync(join(tmpdir(), 'inkling-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NUM_ITEMS = 300;
const arrayBufferOf = (path) => new Uint8Array(readFileSync(path)).buffer;

async function modelOf(storage) {
  const path = join(folder, storage);
  await writeFactorModel(path, { numItems: NUM_ITEMS, seed: 5, storage });
  return arrayBufferOf(path);
}

test('the best of many are those that sorting finds, equal ones by index', () => {
  const random = mulberry32(3);
  for (const count of [1, 2, 7, 100]) {
    const scores = Array.from({ length: 500 }, () => Math.floor(random() * 60) - 20);
    const top = topOf(count);
    for (let round = 0; round < 2; round++) {
      top.clear();
      for (const [item, score] of scores.entries()) {
        if (score > top.threshold()) top.add(item, score);
      }
      const sorted = [...scores.keys()]
        .filter((item) => scores[item] > 0)
        .sort((a, b) => scores[b] - scores[a] || a - b);
      const found = [...top.sorted()];
      expect(found.map((item) => scores[item])).toEqual(
        sorted.slice(0, count).map((item) => scores[item]),
      );
      expect(new Set(found).size).toBe(found.length);
    }
  }
});

test('a fold-in solves its system', async () => {
  const model = readFactorModel(await modelOf('f32'));
  const { histories } = randomHistories(1, NUM_ITEMS, 9);
  const x = foldInto(model)(histories);
  const { factors, k, regularization, unobserved } = model;
  const rowOf = (item) => factors.subarray(item * k, (item + 1) * k);
  const ridge = regularization * (histories.length + unobserved * NUM_ITEMS);
  const slope = Array.from(x, (value) => ridge * value);
  const add = (item, weight, target) => {
    const row = rowOf(item);
    const error = row.reduce((sum, value, f) => sum + value * x[f], 0) - target;
    for (let f = 0; f < k; f++) slope[f] += weight * error * row[f];
  };
  for (let item = 0; item < NUM_ITEMS; item++) add(item, unobserved, 0);
  for (const item of histories) add(item, 1, 1);
  for (const value of slope) expect(Math.abs(value)).toBeLessThan(1e-9);
});

test('a model file with 8-bit factors is within half a step of the exact one', async () => {
  const { factors, k } = readFactorModel(await modelOf('f32'));
  const file = await modelOf('int8');
  const length = Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  expect(header.item_factors.dtype).toBe('I8');
  const at = (name) => 8 + length + header[name].data_offsets[0];
  const integers = new Int8Array(file, at('item_factors'), NUM_ITEMS * k);
  const scales = new Float32Array(file, at('item_factors.scales'), NUM_ITEMS);
  for (let n = 0; n < integers.length; n++) {
    const scale = scales[Math.floor(n / k)];
    expect(Math.abs(factors[n] - scale * integers[n])).toBeLessThan(scale * 0.5001);
  }
});

test('interactions are the same after packing, values too', () => {
  const shape = { numUsers: 60, numItems: 50, numTrain: 1500, numNegatives: 5 };
  const data = generatePowerLaw(shape, 2);
  expect(unpack(pack(data))).toEqual(data);
  expect(new Set(data.train.values).size).toBeGreaterThan(2);
});

test('the middle mean does not hear of what was disturbed', () => {
  expect(middleMean([4])).toBe(4);
  expect(middleMean([1, 2])).toBe(1.5);
  expect(middleMean([5, 5, 6, 1000, 6, 5, 0, 6])).toBe(5.5);
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([1, 2, 3, 4], 0.99)).toBe(4);
});
