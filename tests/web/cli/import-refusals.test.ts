import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { npyMatrix, npyNumber, useFolder } from '../import/factor-files.js';
import { inkling as inklingWithoutEngine } from './command-line.js';

const files = useFolder();

describe('inkling import', () => {
  const SPARK = ['--trained-with', 'spark', '--regularization', '0.1', '--alpha', '1'];
  const WITH_IDS = ['--item-ids', files.at('two.txt')];
  const npy = () =>
    files.write(
      'two.npy',
      npyMatrix([
        [1, 2],
        [3, 4],
      ]),
    );
  const nan = () =>
    files.write(
      'nan.npy',
      npyMatrix([
        [1, 2],
        [3, Number.NaN],
      ]),
    );
  const npz = () =>
    files.write(
      'zero.npz',
      zipSync({
        'item_factors.npy': npyMatrix([
          [1, 2],
          [3, 4],
        ]),
        'regularization.npy': npyNumber(0),
      }),
    );
  const out = ['--out', files.at('never.model')];
  beforeAll(() => files.write('two.txt', 'a\nb\n'));

  const wrong: [string, () => string[], number, RegExp][] = [
    ['nothing', () => [], 2, /--item-factors is missing/],
    ['no --out', () => ['--item-factors', npy()], 2, /--out is missing/],
    [
      'no --trained-with',
      () => ['--item-factors', npy(), ...WITH_IDS, ...out],
      2,
      /--trained-with is missing; expected one of spark, implicit, inkling/,
    ],
    [
      'an unknown trainer',
      () => ['--item-factors', npy(), '--trained-with', 'sparc', ...out],
      2,
      /did you mean spark/,
    ],
    [
      'no --alpha',
      () => ['--item-factors', npy(), '--trained-with', 'spark', '--regularization', '1', ...out],
      2,
      /--alpha is missing; give the one that spark was trained with/,
    ],
    [
      'no --unobserved-weight',
      () => ['--item-factors', npy(), '--trained-with', 'inkling', '--regularization', '1', ...out],
      2,
      /--unobserved-weight is missing/,
    ],
    [
      '--unobserved-weight with Spark',
      () => ['--item-factors', npy(), ...WITH_IDS, ...SPARK, '--unobserved-weight', '1', ...out],
      2,
      /--unobserved-weight is for inkling/,
    ],
    [
      'a regularization of 0',
      () => ['--item-factors', npy(), ...WITH_IDS, '--regularization', '0', ...out],
      2,
      /--regularization is 0; expected a number above 0/,
    ],
    [
      'an alpha beyond float32',
      () => ['--item-factors', npy(), ...WITH_IDS, '--alpha', '1e39', ...out],
      2,
      /--alpha is 1e39/,
    ],
    ['no ids', () => ['--item-factors', npy(), ...SPARK, ...out], 2, /--item-ids is missing/],
    [
      '--tensor for NumPy',
      () => ['--item-factors', npy(), ...WITH_IDS, ...SPARK, '--tensor', 'a', ...out],
      2,
      /--tensor is for \.safetensors/,
    ],
    [
      'columns without an id',
      () => ['--item-factors', npy(), ...WITH_IDS, ...SPARK, '--columns', 'index', ...out],
      2,
      /without id/,
    ],
    [
      'a file that is not there',
      () => ['--item-factors', files.at('no.npy'), ...WITH_IDS, ...SPARK, ...out],
      1,
      /no\.npy: there is no such file/,
    ],
    [
      'ids that are not there',
      () => ['--item-factors', npy(), '--item-ids', files.at('no.txt'), ...SPARK, ...out],
      1,
      /no\.txt: there is no such file/,
    ],
    [
      'an ending it does not know',
      () => ['--item-factors', files.at('two.txt'), ...WITH_IDS, ...SPARK, ...out],
      1,
      /two\.txt: the ending tells no format.*\.parquet, \.npz, \.npy, \.safetensors/,
    ],
    [
      'NaN',
      () => ['--item-factors', nan(), ...WITH_IDS, ...SPARK, ...out],
      1,
      /nan\.npy, row 1 \(counted from 0\): number 1 is NaN/,
    ],
    [
      'a regularization of 0 in the file',
      () => ['--item-factors', npz(), ...WITH_IDS, '--alpha', '1', ...out],
      1,
      /zero\.npz: regularization is 0; expected a number above 0/,
    ],
    [
      'an archive without alpha',
      () => ['--item-factors', npz(), ...WITH_IDS, ...out],
      1,
      /zero\.npz: regularization is 0/,
    ],
    [
      'a place where nothing can be written',
      () => ['--item-factors', npy(), ...WITH_IDS, ...SPARK, '--out', files.at('no/m')],
      1,
      /there is no directory/,
    ],
  ];
  test("takes the README's commands, which fail here for want of files only", async () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const commands = readme.replaceAll('\\\n', '').match(/^npx inkling import .*$/gm) ?? [];
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      const { code, stderr } = await inklingWithoutEngine(command.trim().split(/ +/).slice(2));
      expect(stderr).toMatch(/^error: .*there is no such file/);
      expect(code).toBe(1);
    }
  });

  for (const [what, args, code, message] of wrong) {
    test(`refuses ${what}, says what to do, and leaves no file`, async () => {
      const result = await inklingWithoutEngine(['import', ...args()]);
      expect(result.stderr).toMatch(message);
      expect(result.stderr).toMatch(/^error: /m);
      expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' });
      expect(files.has('never.model')).toBe(false);
    });
  }
});
