import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readNpy } from '../../../web/import/npy.js';
import { readNpz } from '../../../web/import/npz.js';
import { readItemFactors } from '../../../web/import/read-item-factors.js';
import { expectFailure } from '../catalog/failure.js';
import { flat, madeByNumPy, npy, npyMatrix, npyNumber, randomMatrix } from './factor-files.js';

const zip = (files: Record<string, Uint8Array>) => new Blob([zipSync(files) as BlobPart]);

test("implicit's own file gives item factors and the problem, and no user factors", async () => {
  const read = await readItemFactors(madeByNumPy('implicit.npz'), 'npz');
  const same = readNpy(readFileSync(madeByNumPy('c-float32.npy')), 'c');
  expect(read.values).toEqual(same.values);
  expect(read).toMatchObject({
    numFactors: 3,
    keys: null,
    training: { regularization: 0.05, alpha: 40 },
  });
});

test('a compressed archive with nothing but item_factors is enough', async () => {
  const matrix = randomMatrix(300, 5);
  const read = await readNpz(zip({ 'item_factors.npy': npyMatrix(matrix) }), 'm.npz');
  expect(read.values).toEqual(flat(matrix));
  expect(read.training).toEqual({});
});

test('what is missing, damaged or of another model is named', async () => {
  const factors = npyMatrix(randomMatrix(4, 2));
  const wrong: [Blob, string][] = [
    [zip({ 'user_factors.npy': factors }), 'no array item_factors, only user_factors'],
    [
      zip({ 'item_factors.npy': factors, 'learning_rate.npy': npyNumber(0.01) }),
      'it has learning_rate',
    ],
    [zip({ 'item_factors.npy': factors, 'alpha.npy': factors }), 'm.npz, alpha: this is a <f4'],
    [
      zip({ 'item_factors.npy': factors, 'alpha.npy': new Uint8Array(70000) }),
      'alpha is no single number',
    ],
    [
      zip({ 'item_factors.npy': factors.subarray(0, 140) }),
      'm.npz, item_factors: there are 12 bytes',
    ],
    [new Blob(['PK']), 'm.npz: this is no whole zip archive'],
    [new Blob([]), 'm.npz: this is no whole zip archive'],
  ];
  for (const [file, message] of wrong) {
    await expectFailure(() => readNpz(file, 'm.npz'), 'invalid_factors', message);
  }
});

test('an archive that claims more than there can be is refused before memory is taken', async () => {
  const bytes = zipSync({ 'item_factors.npy': npy('{}', new Uint8Array(8)) });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const entry = Buffer.from(bytes).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  view.setUint32(entry + 24, 0xf0000000, true); // unpacked size in the list of files
  await expectFailure(
    () => readNpz(new Blob([bytes as BlobPart]), 'm.npz'),
    'too_large',
    '4026531840 bytes are more than 512 MiB',
  );
});
