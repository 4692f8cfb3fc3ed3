import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readInteractions } from '../../../web/catalog/delimited.js';
import { toInteractionTable } from '../../../web/catalog/interaction-table.js';
import { readItems } from '../../../web/catalog/item-file.js';
import { checkItems } from '../../../web/catalog/items.js';
import { readMovieLens } from '../../../web/catalog/movielens.js';
import { readNegatives } from '../../../web/catalog/negatives.js';
import { encodeDocuments } from '../../../web/engine/training-set.js';
import { InklingError } from '../../../web/errors.js';
import { readCounts, readIds } from '../../../web/import/id-list.js';
import { checkFinite, type ItemFactors } from '../../../web/import/item-factors.js';
import { nameFactors } from '../../../web/import/named-factors.js';
import { readNpy } from '../../../web/import/npy.js';
import { readNpz } from '../../../web/import/npz.js';
import { readParquetFile } from '../../../web/import/parquet.js';
import { readSafetensors } from '../../../web/import/safetensors.js';
import type { InteractionTable } from '../../../web/types.js';
import { withAllocationLimit } from './allocation-limit.js';
import { anyText, hostileBytes } from './mutations.js';

/** Something that is given data from outside. */
export interface Reader<T> {
  name: string;
  inputs(seeds: readonly Uint8Array[]): fc.Arbitrary<T>;
  /** Bytes that arrays may take together: so many, and so many for each byte of the input. */
  memory: { most: number; aByte: number };
  size(input: T): number;
  /** Fails in any way but an InklingError, or by `expect`, when something is wrong. */
  read(input: T): Promise<void>;
}

const MIB = 2 ** 20;

function ofBytes(
  name: string,
  words: readonly string[],
  read: (bytes: Uint8Array) => Promise<void>,
  memory = { most: 4 * MIB, aByte: 256 },
): Reader<Uint8Array> {
  return {
    name,
    memory,
    read,
    inputs: (seeds) => hostileBytes(seeds, words),
    size: (bytes) => bytes.length,
  };
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`does not hold: ${what}`);
}

const blobOf = (bytes: Uint8Array): Blob => new Blob([bytes as BlobPart]);

function checkTable(table: InteractionTable): void {
  expect(toInteractionTable(table) === table, 'a table that was read is a good table');
}

function checkFactors(factors: ItemFactors): void {
  const rows = factors.values.length / factors.numFactors;
  expect(Number.isInteger(rows) && rows >= 1, 'factors are whole rows');
  expect(factors.keys === null || factors.keys.length === rows, 'each row has a key');
  checkFinite(factors);
  const named = nameFactors(factors, null);
  expect(new Set(named.itemIds).size === rows, 'each row has an id of its own');
}

const IDS = ['__proto__', 'constructor', 'toString', '\u{1f3ac}', '\ufeff', '\u0000'];
const TABLE_WORDS = [
  ...IDS,
  ',',
  '\t',
  '::',
  '"',
  '""',
  '\r\n',
  '\n',
  'user,item\n',
  'NaN',
  '1e999',
  '-0',
];
const JSON_WORDS = [...IDS, '{"id":"', '"}', '[', ']', '\\ud800', 'null', '1e999', '"tags":[', ','];

/** Which name a file goes by decides how it is read; the first byte chooses. */
function named<T>(
  names: readonly string[],
  bytes: Uint8Array,
  use: (name: string, rest: Uint8Array) => T,
): T {
  return use(names[(bytes[0] ?? 0) % names.length] as string, bytes.subarray(1));
}

const table: Reader<InteractionTable> = {
  name: 'interaction_table',
  memory: { most: MIB, aByte: 0 },
  size: () => 0,
  inputs() {
    const id = fc.oneof(fc.constantFrom(...IDS, '', 'a', 'b', '\ud800'), anyText(3));
    const index = fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 0, max: 1 }) },
      { weight: 1, arbitrary: fc.integer({ min: -1, max: 4 }) },
      { weight: 1, arbitrary: fc.integer() },
    );
    const ids = fc.oneof(
      { weight: 4, arbitrary: fc.uniqueArray(id, { minLength: 2, maxLength: 4 }) },
      { weight: 1, arbitrary: fc.array(id, { maxLength: 4 }) },
    );
    const rows = fc.array(fc.tuple(index, index, fc.float(), fc.double()), { maxLength: 6 });
    return fc
      .tuple(ids, ids, rows, fc.integer({ min: 0, max: 9 }))
      .map(([userIds, itemIds, all, odd]) => ({
        userIds,
        itemIds,
        users: Int32Array.from(all, ([user]) => user),
        items: Int32Array.from(odd === 0 ? all.slice(1) : all, ([, item]) => item),
        values: Float32Array.from(all, ([, , value]) => (odd < 6 ? 1 : value)),
        timestamps: odd % 2 === 0 ? null : Float64Array.from(all, ([, , , time]) => time),
      }));
  },
  async read(input) {
    const result = toInteractionTable(input);
    const { users, items, userIds, itemIds } = result;
    expect(
      users.every((user) => userIds[user] !== undefined),
      'each user has an id',
    );
    expect(
      items.every((item) => itemIds[item] !== undefined),
      'each item has an id',
    );
  },
};

const documents: Reader<string[]> = {
  name: 'encode_documents',
  memory: { most: MIB, aByte: 16 },
  size: (texts) => texts.reduce((sum, text) => sum + text.length, 0),
  inputs: () =>
    fc.array(
      fc.oneof(
        anyText(12),
        fc.string({
          unit: fc.constantFrom('\v', '\ud800', '\udc00', 'a', '\u{1f3ac}'),
          maxLength: 4,
        }),
      ),
      { maxLength: 6 },
    ),
  async read(texts) {
    const { bytes, offsets } = encodeDocuments(texts);
    expect(
      offsets.length === texts.length + 1 && offsets[0] === 0,
      'there is an offset for each text',
    );
    expect(offsets.at(-1) === bytes.length, 'the offsets divide all bytes');
    for (const [n, text] of texts.entries()) {
      const [begin, end] = [offsets[n] as number, offsets[n + 1] as number];
      expect(begin <= end, 'offsets rise');
      const alone = new TextEncoder().encode(text);
      const own = bytes.subarray(begin, end);
      const rest = own.subarray(alone.length);
      expect(
        alone.every((byte, at) => own[at] === byte),
        'a text is the bytes that it is alone',
      );
      expect(
        rest.length === 0 || (rest.length === 1 && rest[0] === 0x0b),
        'nothing else stands there',
      );
    }
  },
};

export const READERS: readonly Reader<never>[] = [
  ofBytes('read_items', [...JSON_WORDS, ...TABLE_WORDS], (bytes) =>
    named(
      ['items', 'items.json', 'items.ndjson', 'items.csv', 'items.tsv'],
      bytes,
      async (name, rest) => {
        const items = await readItems(rest, { name });
        expect(
          checkItems(items, name).length === items.length,
          'items that were read are good items',
        );
      },
    ),
  ),
  ofBytes('read_interactions', [...TABLE_WORDS, ...JSON_WORDS], (bytes) =>
    named(['log', 'log.csv', 'log.tsv', 'log.ndjson'], bytes, async (name, rest) =>
      checkTable(await readInteractions(rest, { name })),
    ),
  ),
  ofBytes('read_gzip', [], async (bytes) =>
    checkTable(await readInteractions(bytes, { name: 'log.csv.gz' })),
  ),
  ofBytes('read_negatives', ['(u,i)\t', ...TABLE_WORDS], async (bytes) => {
    for (const { items } of await readNegatives(bytes))
      expect(items.length > 0, 'each user has items');
  }),
  ofBytes('read_ids', [...TABLE_WORDS, ...JSON_WORDS, 'index,id\n', '9007199254740993'], (bytes) =>
    named(['ids', 'ids.txt', 'ids.csv', 'ids.json'], bytes, async (name, rest) => {
      expect((await readIds(rest, { name })).size > 0, 'there are ids');
    }),
  ),
  ofBytes('read_counts', [...TABLE_WORDS, 'id,count\n'], async (bytes) => {
    for (const count of (await readCounts(bytes, { name: 'counts.csv' })).values()) {
      expect(count >= 0 && Number.isFinite(Math.fround(count)), 'a count is a number');
    }
  }),
  ofBytes('read_movielens', ['ratings.csv', 'movies.csv', 'ratings.dat'], async (bytes) =>
    checkTable((await readMovieLens([{ name: 'ml.zip', blob: blobOf(bytes) }])).interactions),
  ),
  ofBytes(
    'read_npy',
    ["'<f8'", "'<i4'", 'True', '(1000000000, 4)', '(4, 1000000000)', '()'],
    async (bytes) => checkFactors(readNpy(bytes, 'f.npy')),
  ),
  ofBytes('read_npz', ['item_factors.npy', 'alpha.npy'], async (bytes) =>
    checkFactors(await readNpz(blobOf(bytes), 'f.npz')),
  ),
  ofBytes(
    'read_safetensors',
    ['"shape":[1000000000,4]', '__proto__', 'item_factors', '[0,0]'],
    async (bytes) => checkFactors(await readSafetensors(blobOf(bytes), 'f.safetensors', undefined)),
  ),
  // Columns of up to 65,536 values are believed whatever their bytes, and are there some times over.
  ofBytes(
    'read_parquet',
    ['PAR1', 'id', 'features'],
    async (bytes) => checkFactors(await readParquetFile(blobOf(bytes), 'f.parquet')),
    { most: 16 * MIB, aByte: 16 * 1024 },
  ),
  table,
  documents,
] as unknown as readonly Reader<never>[];

/** The kept files of a reader. */
export function seedsOf(corpus: string, name: string): Uint8Array[] {
  try {
    const folder = join(corpus, name);
    return readdirSync(folder)
      .sort()
      .map((file) => new Uint8Array(readFileSync(join(folder, file))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Gives an input to a reader; an InklingError is as good as a result. */
export async function readHostile<T>(reader: Reader<T>, input: T): Promise<boolean> {
  const { most, aByte } = reader.memory;
  try {
    await withAllocationLimit(most + aByte * reader.size(input), () => reader.read(input));
    return true;
  } catch (error) {
    if (error instanceof InklingError && error.message.length > 0) return false;
    throw error;
  }
}
