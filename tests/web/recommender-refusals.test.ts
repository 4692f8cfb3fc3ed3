import { describe, expect, test } from 'vitest';
import type { OpenOptions } from '../../web/types.js';
import { interactions, items, open } from './opened-recommender.js';

describe('bad input is refused with the cure', () => {
  const html = new Blob(['<!doctype html><title>Not found</title>']);

  test.each([
    [
      'a catalogue that is not JSON',
      { catalog: new Blob(['id,title\n1,One']) },
      'invalid_catalog',
      /JSON/,
    ],
    ['an HTML page for a catalogue', { catalog: html }, 'wrong_content', /page/i],
    ['an item without id', { catalog: [{ title: 'x' } as never] }, 'invalid_catalog', /no id/],
    ['the same id twice', { catalog: [{ id: 'a' }, { id: 'a' }] }, 'duplicate_id', /"a"/],
    ['an unreadable model file', { model: html }, 'corrupt_model_file', /not a model file/],
    ['an empty model file', { model: new Uint8Array() }, 'corrupt_model_file', /0 bytes/],
    ['a model that is no source', { model: 5 as never }, 'invalid_argument', /URL/],
    ['a number as an address', { wasmUrl: 5 }, 'invalid_argument', /wasmUrl.*address/],
    ['no address', { wasmUrl: () => undefined }, 'invalid_argument', /wasmUrl\(.*gave undefined/],
    ['a wasm file that is missing', { wasmUrl: '/nowhere/x.wasm' }, 'wasm_unavailable', /wasmUrl/],
    ['something else than wasm', { wasmBinary: new Uint8Array(99) }, 'wrong_content', /wasmUrl/],
    ['storage that is not there', { storage: 'indexeddb' }, 'storage_unavailable', /memory/],
    ['an option that is none', { thread: 1 } as never, 'invalid_argument', /did you mean threads/],
  ] as [string, OpenOptions, string, RegExp][])('%s', async (_, options, code, message) => {
    await expect(open(options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('a truncated or damaged model file, wherever it is cut', async () => {
    const recommender = await open();
    const { modelFile } = await recommender.train(interactions, { settings: { numFactors: 4 } });
    for (const length of [4, 9, 100, modelFile.length - 1]) {
      await expect(open({ model: modelFile.slice(0, length) })).rejects.toMatchObject({
        code: 'corrupt_model_file',
      });
    }
    const damaged = modelFile.slice();
    damaged[damaged.length - 20] = (damaged[damaged.length - 20] as number) ^ 255;
    await expect(open({ model: damaged })).rejects.toMatchObject({
      message: expect.stringMatching(/checksum/),
    });
  });

  test.each([
    ['nothing to learn from', [], {}, 'invalid_interactions', /at least one row/],
    [
      'a value that is NaN',
      [{ user: 'u', item: 'i', value: Number.NaN }],
      {},
      'invalid_interactions',
      /row 1/,
    ],
    ['a user that is a number', [{ user: 1, item: 'i' }], {}, 'invalid_interactions', /String/],
    [
      'an unknown model',
      interactions,
      { model: 'svd' },
      'invalid_argument',
      /known are popularity/,
    ],
    [
      'an unknown setting',
      interactions,
      { settings: { numFactor: 8 } },
      'invalid_argument',
      /did you mean "num_factors"/,
    ],
    [
      'a setting out of range',
      interactions,
      { settings: { numFactors: 0 } },
      'invalid_argument',
      /1 to 1024/,
    ],
    ['a seed that is none', interactions, { seed: -1 }, 'invalid_argument', /seed/],
    ['a seed of another kind', interactions, { seed: 5n }, 'invalid_argument', /the number 5/],
  ])('train: %s', async (_, rows, options, code, message) => {
    const recommender = await open();
    await expect(recommender.train(rows as never, options as never)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['nothing given', {}, /interactions/],
    ['train without test', { train: interactions }, /test/],
    ['an unknown metric', { interactions, metrics: ['recal@5'] }, /known are recall@k/],
    ['k = 0', { interactions, metrics: ['recall@0'] }, /k from 1/],
    ['a comma too many', { interactions, metrics: ['recall@5,'] }, /unknown metric ""/],
    ['values of a model that has none', { interactions, metrics: ['rmse'] }, /biased_sgd/],
    ['a baseline that is a name', { interactions, baseline: 'ials' }, /\{model, settings\?\}/],
    [
      'times that are not there',
      {
        interactions: interactions.map(({ timestamp: _, ...row }) => row),
        model: 'popularity',
        settings: { halfLifeDays: 3 },
      },
      /half_life_days needs a timestamp/,
    ],
    ['an unknown split', { interactions, split: 'half' }, /leave-one-out/],
    ['a fraction of everything', { interactions, split: 'random', testFraction: 1 }, /below 1/],
  ])('evaluate: %s', async (_, options, message) => {
    const recommender = await open();
    await expect(recommender.evaluate(options as never)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(message),
    });
  });

  test.each([null, 'u1', { user: 'u1' }, { user: 1, items: [] }, { user: 'u1', items: [2] }])(
    'evaluate: negatives with %j',
    async (row) => {
      const recommender = await open();
      const negatives = [{ user: 'u1', items: [] }, row] as never;
      const options = { train: interactions, test: interactions, negatives };
      await expect(recommender.evaluate(options)).rejects.toMatchObject({
        code: 'invalid_argument',
        message: expect.stringMatching(/row 2 of negatives .*expected \{user, items\}/),
      });
    },
  );

  test('k = 0 and an unknown item', async () => {
    const recommender = await open({ catalog: items });
    await expect(recommender.recommend({ k: 0 })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    await expect(recommender.similar('nobody')).rejects.toMatchObject({
      code: 'unknown_item',
      message: expect.stringMatching(/"nobody".*ids look like "i0"/),
    });
  });
});
