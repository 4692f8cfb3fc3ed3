import { expect, test } from 'vitest';
import { trendOf } from './trend.js';

test('the slope of a straight line is found without an error', () => {
  const { slope, error } = trendOf([0, 1, 2, 5].map((x) => ({ x, y: 3 - 2 * x })));
  expect(slope).toBeCloseTo(-2, 12);
  expect(error).toBeCloseTo(0, 12);
});

test('the standard error is that of the textbook', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 1, y: 2 },
    { x: 2, y: 1 },
  ];
  // Means 1 and 1; Sxx 2, Sxy 1: slope 1/2. Residuals -1/2, 1, -1/2: their squares sum to 3/2, with 1 degree of freedom.
  expect(trendOf(points).slope).toBeCloseTo(0.5, 12);
  expect(trendOf(points).error).toBeCloseTo(Math.sqrt(1.5 / 2), 12);
});

test('two points are no trend', () => {
  const two = [0, 1].map((x) => ({ x, y: x }));
  expect(() => trendOf(two)).toThrow(/at least 3/);
});
