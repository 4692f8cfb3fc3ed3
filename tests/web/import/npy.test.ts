import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readNpy, readNpyScalar } from '../../../web/import/npy.js';
import { expectFailure } from '../catalog/failure.js';
import { flat, madeByNumPy, npy, npyMatrix, npyNumber, randomMatrix } from './factor-files.js';

const header = (type: string, shape: string, fortran = 'False') =>
  `{'descr': '${type}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
const bytes = (length: number) => new Uint8Array(length);

describe('item factors in a .npy file', () => {
  test('of NumPy, float32 in rows and float64 in columns, are the same', () => {
    const rows = readNpy(readFileSync(madeByNumPy('c-float32.npy')), 'c');
    const columns = readNpy(readFileSync(madeByNumPy('fortran-float64.npy')), 'f');
    expect(rows).toMatchObject({ numFactors: 3, keys: null });
    expect(rows.values).toHaveLength(21);
    // The first two numbers of numpy.random.RandomState(7).normal.
    expect(rows.values[0]).toBe(Math.fround(1.69052570380087));
    expect(rows.values[1]).toBe(Math.fround(-0.465937370891908));
    expect(columns.values).toEqual(rows.values);
    expect(columns.numFactors).toBe(3);
  });

  test.each([1, 2, 3])('of format version %i are read as they were written', (version) => {
    const matrix = randomMatrix(5, 4);
    const file = npy(header('<f4', '(5, 4)'), new Uint8Array(flat(matrix).buffer), version);
    const shifted = Buffer.concat([bytes(3), file]).subarray(3); // as a piece of something larger
    expect(readNpy(shifted, 'f').values).toEqual(flat(matrix));
  });

  test('are refused by file, type and shape, with what to do', async () => {
    const float16 = readFileSync(madeByNumPy('float16.npy'));
    const wrong: [Uint8Array, string][] = [
      [
        float16,
        "type <f2; expected float32 or float64 of little-endian order (<f4, <f8): save the array's astype('<f4')",
      ],
      [npy(header('>f4', '(2, 2)'), bytes(16)), 'type >f4'],
      [npy(header('<i4', '(2, 2)'), bytes(16)), 'type <i4'],
      [npy(header('|O', '(2, 2)'), bytes(16)), 'type |O'],
      [npy(header('<f4', '(4,)'), bytes(16)), 'the shape is (4); expected two dimensions'],
      [npy(header('<f4', '(2, 2, 1)'), bytes(16)), 'the shape is (2, 2, 1)'],
      [npy(header('<f4', '(0, 2)'), bytes(0)), 'no rows'],
      [npy(header('<f4', '(1, 1025)'), bytes(4100)), '1025 numbers; expected 1 to 1024'],
      [
        npy(header('<f4', '(2, 2)'), bytes(15)),
        '15 bytes of numbers, and the shape (2, 2) needs 16',
      ],
      [npy(header('<f4', '(2, 2)'), bytes(17)), 'cut off or damaged'],
      [npy("{'descr': [('a', '<f4')], 'shape': (2,)}", bytes(8)), 'header of the .npy file'],
      [npyMatrix([[1]]).subarray(0, 40), 'header of the .npy file'],
      [Buffer.from('id,factor\n1,0.5\n'), 'not a .npy file'],
      [bytes(0), 'not a .npy file'],
    ];
    for (const [file, message] of wrong) {
      await expectFailure(() => readNpy(file, 'x.npy'), 'invalid_factors', 'x.npy: ', message);
    }
    await expectFailure(
      () => readNpy(npy(header('<f4', '(100000000, 64)'), bytes(16)), 'x.npy'),
      'too_large',
      'x.npy: 100000000 rows of 64 numbers take more than 512 MiB',
    );
  });
});

test('a number in a .npy file is read whatever its type, and an array is none', async () => {
  expect(readNpyScalar(npyNumber(0.05), 'n')).toBe(0.05);
  const long = new Uint8Array(BigInt64Array.of(40n).buffer);
  expect(readNpyScalar(npy(header('<i8', '()'), long), 'n')).toBe(40);
  await expectFailure(() => readNpyScalar(npyMatrix([[1]]), 'n'), 'invalid_factors', 'a number');
  const empty = npy(header('<f8', '()'), bytes(7));
  await expectFailure(() => readNpyScalar(empty, 'n'), 'invalid_factors', 'a number');
});
