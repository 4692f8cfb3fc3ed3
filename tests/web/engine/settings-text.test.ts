import { expect, test } from 'vitest';
import { settingsText } from '../../../web/engine/settings-text.js';

test('settings are written as the core reads them, in either spelling', () => {
  expect(settingsText({ numFactors: 64, regularization: 0.005, num_neighbors: 5 })).toBe(
    'num_factors=64\nregularization=0.005\nnum_neighbors=5\n',
  );
});

test('a setting that is no number, text or truth value is refused by name', () => {
  expect(() => settingsText({ numFactors: null as never })).toThrow(/numFactors is null/);
  expect(() => settingsText({ numFactors: [64] as never })).toThrow(/of type object/);
});

test('a line break cannot smuggle in a second setting', () => {
  expect(() => settingsText({ num_factors: '64\niterations=9' })).toThrow(/line break/);
  expect(() => settingsText({ 'num_factors=1\nx': 1 })).toThrow(/line break/);
});
