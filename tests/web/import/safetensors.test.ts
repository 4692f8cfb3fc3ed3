import { expect, test } from 'vitest';
import { readSafetensors } from '../../../web/import/safetensors.js';
import { expectFailure } from '../catalog/failure.js';
import { flat, randomMatrix, safetensors } from './factor-files.js';

const items = randomMatrix(6, 4, 1);
const other = randomMatrix(5, 3, 2);
const read = (file: Uint8Array, tensor?: string) =>
  readSafetensors(new Blob([file as BlobPart]), 'm.safetensors', tensor);

test('the only matrix is taken, else item_factors, else the one that is named', async () => {
  const vector = { bias: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } };
  const alone = await read(safetensors({ embedding: items }, vector));
  expect(alone).toMatchObject({ numFactors: 4, keys: null });
  expect(alone.values).toEqual(flat(items));
  const both = safetensors({ user_factors: other, item_factors: items });
  expect((await read(both)).values).toEqual(flat(items));
  const two = safetensors({ a: other, b: items });
  expect((await read(two, 'b')).values).toEqual(flat(items));
  expect((await read(two, 'a')).numFactors).toBe(3);
});

test('what cannot be used is refused with the names that there are', async () => {
  const entry = (dtype: string, shape: number[], data_offsets: number[]) => ({
    x: { dtype, shape, data_offsets },
  });
  const two = safetensors({ a: other, b: items });
  const wrong: [Uint8Array, string | undefined, string][] = [
    [two, undefined, 'choose by --tensor: a, b'],
    [safetensors({ user_factors: other }), undefined, 'user_factors are about people'],
    [two, 'c', 'there is no tensor "c"'],
    [two, '__proto__', 'there is no tensor "__proto__"'],
    [safetensors({}, entry('F16', [2, 2], [0, 8])), undefined, 'there are x (F16 2 × 2)'],
    [safetensors({ a: other }, entry('F16', [2, 2], [0, 8])), 'x', 'x is F16 2 × 2; expected F32'],
    [safetensors({}, entry('F32', [0, 4], [0, 0])), undefined, 'there are no rows'],
    [safetensors({}, entry('F32', [1, 2000], [0, 8000])), undefined, '2000 numbers'],
    [safetensors({}, entry('F32', [2, 2], [0, 16])), undefined, 'cut off or damaged'],
    [safetensors({ a: items }, entry('F32', [2, 2], [0, 12])), 'x', 'stands at 0 to 12'],
    [
      safetensors({ a: items }, entry('F32', [2, 2], [8, -8])),
      'x',
      'nothing sensible of the tensor x',
    ],
    [
      safetensors({ a: items }, entry('F32', [2.5, 2], [0, 20])),
      'x',
      'nothing sensible of the tensor x',
    ],
    [safetensors({}, { x: null }), undefined, 'nothing sensible of the tensor x'],
    [safetensors({}), undefined, 'no tensors'],
    [two.subarray(0, 60), undefined, 'not a safetensors file, or it is cut off'],
    [Buffer.from('0000000{{}}'), undefined, 'not a safetensors file'],
    [Buffer.from([4, 0, 0, 0, 0, 0, 0, 0, 65, 66, 67, 68]), undefined, 'the header is not JSON'],
    [new Uint8Array(3), undefined, 'not a safetensors file'],
  ];
  for (const [file, tensor, message] of wrong) {
    await expectFailure(() => read(file, tensor), 'invalid_factors', 'm.safetensors', message);
  }
  const huge = safetensors({}, entry('F32', [2 ** 40, 1024], [0, 2 ** 52]));
  await expectFailure(() => read(huge), 'too_large', 'more than 512 MiB');
});
