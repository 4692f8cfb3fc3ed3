import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readInteractions } from '../../web/catalog/delimited.js';
import { readItems } from '../../web/catalog/item-file.js';
import { LineReader } from '../../web/catalog/ndjson.js';
import { readNegatives } from '../../web/catalog/negatives.js';
import { InklingError } from '../../web/errors.js';
import { readIds } from '../../web/import/id-list.js';
import { readNpz } from '../../web/import/npz.js';
import { readParquetFile } from '../../web/import/parquet.js';
import { countAllocations } from '../fuzz/javascript/allocation-limit.js';
import { READERS, type Reader, readHostile, seedsOf } from '../fuzz/javascript/readers.js';
import { JAVASCRIPT_READERS } from '../fuzz/readers.mjs';
import { expectFailure } from './catalog/failure.js';

const corpus = fileURLToPath(new URL('../fuzz/corpus', import.meta.url));
const RUNS = 300; // `npm run fuzz` does a million

countAllocations();

test('every reader is named for npm run fuzz', () => {
  expect(READERS.map(({ name }) => name)).toEqual(JAVASCRIPT_READERS);
});

describe.each(READERS as unknown as Reader<unknown>[])('$name', (reader) => {
  const seeds = seedsOf(corpus, reader.name);

  test.skipIf(seeds.length === 0)('reads or refuses every kept file', async () => {
    let read = 0;
    for (const input of seeds) if (await readHostile(reader, input)) read++;
    expect(read).toBeGreaterThan(0);
  });

  test(`reads or refuses ${RUNS} inputs that nobody made in good faith`, async () => {
    const property = fc.asyncProperty(reader.inputs(seeds), async (input) => {
      await readHostile(reader, input);
    });
    await fc.assert(property, { numRuns: RUNS });
  });
});

/** Texts that have been mistaken for something else. */
const oddIds = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', '\u{1f3ac}', '\u0000'],
  ...['0', '-0', '007', 'NaN', 'null', '\ufeff', '\ufffd', 'e\u0301', 'x'.repeat(1 << 20)],
];

test('ids come back exactly as they were, whatever they spell', async () => {
  const rows = oddIds.map((id, n) => ({ user: id, item: oddIds.at(-1 - n) as string }));
  const lines = rows.map((row) => JSON.stringify(row)).join('\n');
  const table = await readInteractions(lines, { name: 'log.ndjson' });
  const back = Array.from(table.users, (user, row) => ({
    user: table.userIds[user],
    item: table.itemIds[table.items[row] as number],
  }));
  expect(back).toEqual(rows);
  const items = oddIds.map((id) => ({ id, title: 'y'.repeat(id.length), tags: [id] }));
  expect(await readItems(JSON.stringify(items), { name: 'items.json' })).toEqual(items);
  const ids = await readIds(JSON.stringify(oddIds), { name: 'ids.json' });
  expect(oddIds.map((_, index) => ids.get(index))).toEqual(oddIds);
});

test('half of a surrogate pair is refused as an id in every format that can spell it', async () => {
  const half = '\\ud83c';
  const lines = `{"user":"u","item":"${half}"}`;
  await expectFailure(() => readInteractions(lines), 'invalid_interactions', 'surrogate');
  await expectFailure(() => readItems(`[{"id":"${half}"}]`), 'invalid_catalog', 'surrogate');
  await expectFailure(() => readIds(`["${half}"]`), 'invalid_catalog', 'surrogate');
});

test('a field of a million commas is read in no time', async () => {
  const field = `(${','.repeat(1_000_000)}`;
  const start = performance.now();
  expect(await readNegatives(`${field}\ti1\n`, { delimiter: '\t' })).toEqual([
    { user: field, items: ['i1'] },
  ]);
  expect(performance.now() - start).toBeLessThan(5000);
});

test('a line that comes in many pieces is put together once', () => {
  const lines: string[] = [];
  const reader = new LineReader((line) => lines.push(line));
  const piece = 'z'.repeat(1 << 14);
  const start = performance.now();
  for (let n = 0; n < 4096; n++) reader.push(piece);
  expect(reader.waiting).toBe(4096 * piece.length);
  reader.push('\nlast', true);
  expect(lines.map((line) => line.length)).toEqual([4096 * piece.length, 4]);
  expect(reader.waiting).toBe(0);
  expect(performance.now() - start).toBeLessThan(5000);
});

test('a text too long for one string is too_large, not an error of the engine', async () => {
  async function* pieces() {
    const piece = ' '.repeat(1 << 26);
    for (let n = 0; n < 5; n++) yield piece;
  }
  await expectFailure(() => readItems(pieces()), 'too_large', 'longer than');
});

test('an archive whose bytes do not match their checksum is damaged', async () => {
  const npz = seedsOf(corpus, 'read_npz').find((bytes) => Buffer.from(bytes).includes('NUMPY'));
  const bytes = Uint8Array.from(npz as Uint8Array);
  expect((await readNpz(new Blob([bytes]), 'm.npz')).numFactors).toBe(2);
  const data = Buffer.from(bytes).indexOf('NUMPY') + 122 + 3;
  bytes[data] = (bytes[data] as number) ^ 1; // the last byte of the first number
  await expectFailure(
    () => readNpz(new Blob([bytes]), 'm.npz'),
    'invalid_factors',
    'do not match their checksum',
  );
});

test('an archive that states a gigabyte takes no memory for it', async () => {
  const bytes = zipSync({ 'item_factors.npy': new Uint8Array(64) }, { level: 9 });
  const entry = Buffer.from(bytes).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(entry + 24, 1 << 30, true);
  const reader = READERS.find(({ name }) => name === 'read_npz') as unknown as Reader<Uint8Array>;
  expect(await readHostile(reader, bytes)).toBe(false);
});

test('a Parquet file damaged anywhere is read, or refused in our words', async () => {
  for (const whole of seedsOf(corpus, 'read_parquet')) {
    for (let at = 0; at < whole.length; at += 3) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = (bytes[at] as number) ^ 0x55;
      try {
        await readParquetFile(new Blob([bytes]), 'f.parquet');
      } catch (error) {
        if (!(error instanceof InklingError)) throw error;
        expect(error.message).toContain('f.parquet');
      }
    }
  }
});
