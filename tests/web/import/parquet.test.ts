import { describe, expect, test } from 'vitest';
import type { ItemFactors } from '../../../web/import/item-factors.js';
import { nameFactors } from '../../../web/import/named-factors.js';
import { readItemFactors } from '../../../web/import/read-item-factors.js';
import { expectFailure } from '../catalog/failure.js';
import { flat, openDuckDb, randomMatrix, useFolder, writeSparkModel } from './factor-files.js';

const files = useFolder();
const sql = await openDuckDb();
const read = (name: string, options = {}): Promise<ItemFactors> =>
  readItemFactors(files.at(name), 'parquet', options);

describe.skipIf(sql === null)('item factors in Parquet files that DuckDB wrote', () => {
  const query = sql as NonNullable<typeof sql>;
  const copy = async (name: string, select: string, options = 'COMPRESSION snappy') => {
    files.write(name, '');
    await query(`COPY (${select}) TO '${files.at(name)}' (FORMAT parquet, ${options})`);
  };

  test.each(['snappy', 'zstd', 'gzip', 'brotli', 'uncompressed'])(
    'of several parts, packed by %s, are the rows that were written, in the order of their ids',
    async (codec) => {
      const matrix = randomMatrix(500, 7);
      const idOf = (row: number) => row * 3 - 600;
      await writeSparkModel(query, files.write, codec, matrix, { codec, idOf });
      for (const folder of [codec, `${codec}/itemFactors`]) {
        const named = nameFactors(await read(folder), null);
        expect(named.numFactors).toBe(7);
        expect(named.values).toEqual(flat(matrix));
        expect(named.itemIds).toEqual(matrix.map((_, row) => String(idOf(row))));
      }
    },
  );

  test('may have several row groups and part files without rows', async () => {
    const matrix = randomMatrix(5000, 2);
    await writeSparkModel(query, files.write, 'groups', matrix, { parts: 1 });
    const fractions: number[] = [];
    const onProgress = (fraction: number) => fractions.push(fraction);
    expect(nameFactors(await read('groups', { onProgress }), null).values).toEqual(flat(matrix));
    expect(fractions.length).toBeGreaterThan(1);
    expect(fractions.at(-1)).toBe(1);
    await writeSparkModel(query, files.write, 'empty-parts', matrix.slice(0, 3), { parts: 6 });
    expect((await read('empty-parts')).values).toHaveLength(6);
  });

  test('may hold doubles, long ids or texts, and other columns', async () => {
    await copy(
      'long.parquet',
      'SELECT 1.5 AS other, [0.1::DOUBLE, 2] AS features, 5000000000::BIGINT AS id',
    );
    const long = await read('long.parquet');
    expect(long.values).toEqual(Float32Array.of(0.1, 2));
    expect(nameFactors(long, null).itemIds).toEqual(['5000000000']);
    await copy('text.parquet', "SELECT '__proto__' AS id, [1::FLOAT] AS features");
    expect(nameFactors(await read('text.parquet'), null).itemIds).toEqual(['__proto__']);
  });

  test('are refused by file and row when a row is not as it should be', async () => {
    const row = (id: string, features: string) => `SELECT ${id} AS id, ${features} AS features`;
    const good = row('1', '[1::FLOAT, 2]');
    const wrong: [string, string | RegExp][] = [
      [
        `${good} UNION ALL ${row('2', '[1::FLOAT]')}`,
        /row \d .*has \d numbers?, and the first row/,
      ],
      [row('1', '[1::FLOAT, NULL]'), 'row 0 (counted from 0): factor 1 is missing (null)'],
      [row('1', 'NULL::FLOAT[]'), 'features is missing (null)'],
      [row('1', '[]::FLOAT[]'), '0 numbers'],
      [row('1', "['NaN'::FLOAT, 1]"), 'number 0 is NaN; expected finite numbers'],
      [row('1', "[1, 'Infinity'::FLOAT]"), 'number 1 is Infinity'],
      [row('1', '[1e200::DOUBLE]'), 'number 0 is Infinity'],
      [row('1', '[1e30::FLOAT]'), 'up to 1000000000000000'],
      [row('NULL::INTEGER', '[1::FLOAT]'), 'id is missing (null)'],
      [row('1.5::DOUBLE', '[1::FLOAT]'), 'id is 1.5; expected a whole number or text'],
      [row('1', "['a']"), 'expected a number'],
      [row('1', '3::FLOAT'), 'features is 3; expected an array'],
      ['SELECT 1 AS id, [1::FLOAT] AS factors', 'no column features, only id, factors'],
      [`${good} LIMIT 0`, 'there are no rows'],
    ];
    for (const [select, message] of wrong) {
      await copy('wrong.parquet', select);
      await expectFailure(() => read('wrong.parquet'), 'invalid_factors', 'wrong.parquet', message);
    }
  });

  test('that stand twice are named with both places, as older parts beside new ones are', async () => {
    await copy('twice/part-0.parquet', 'SELECT 7 AS id, [1::FLOAT] AS features');
    await copy('twice/part-1.parquet', 'SELECT 7 AS id, [2::FLOAT] AS features');
    const factors = await read('twice');
    await expectFailure(
      () => nameFactors(factors, null),
      'duplicate_id',
      /part-[01]\.parquet, row 0.*"7" has a row already, .*part-[01]\.parquet, row 0/,
    );
  });

  test('cannot be read when the file is damaged anywhere', async () => {
    await writeSparkModel(query, files.write, 'whole', randomMatrix(50, 3), { parts: 1 });
    const bytes = files.read('whole/itemFactors/part-00000-0a1b.snappy.parquet');
    for (const length of [0, 3, 8, 20, bytes.length >> 1, bytes.length - 1]) {
      files.write('cut.parquet', bytes.subarray(0, length));
      await expectFailure(() => read('cut.parquet'), 'invalid_factors', 'cut.parquet');
    }
    // Zeros instead of the data pages, with the end of the file as it was.
    files.write('zeros.parquet', Buffer.concat([Buffer.alloc(300), bytes.subarray(300)]));
    await expectFailure(() => read('zeros.parquet'), 'invalid_factors', 'zeros.parquet');
  });

  test('are given up when the signal fires', async () => {
    await writeSparkModel(query, files.write, 'stopped', randomMatrix(5, 3));
    const signal = AbortSignal.abort();
    await expect(read('stopped', { signal })).rejects.toThrow(/abort/);
  });
});

test("a folder without Parquet files, and users' factors, are refused", async () => {
  files.write('bare/_SUCCESS', '');
  files.write('bare/.part-0.parquet.crc', '');
  await expectFailure(() => read('bare'), 'invalid_factors', 'neither itemFactors nor *.parquet');
  files.write('model/userFactors/part-0.parquet', '');
  await expectFailure(() => read('model/userFactors'), 'invalid_factors', 'factors of users');
  files.write('text.parquet', 'id,features\n1,0.5\n2,0.25\n');
  await expectFailure(() => read('text.parquet'), 'invalid_factors', 'cannot be read as Parquet');
});
