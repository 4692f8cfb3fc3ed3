// How sure a figure is that is the mean of many figures of each of some people.
import { mulberry32 } from '../bench/data/power-law.mjs';

const RESAMPLES = 1000;
const OUTSIDE = 0.025;

/**
 * A statistic of sums over people, and its 95 % interval by a bootstrap over the people: all of a person's figures are drawn
 * together, for they are no independent ones.
 *
 * @param {number[][]} people of each the terms of some sums
 * @param {(sums: number[]) => number} statistic
 * @param {number} seed
 * @returns {{ value: number, low: number, high: number }}
 */
export function bootstrap(people, statistic, seed) {
  const sumOf = (rows) => {
    const sums = new Array(people[0].length).fill(0);
    for (const row of rows)
      row.forEach((term, n) => {
        sums[n] += term;
      });
    return sums;
  };
  const random = mulberry32(seed);
  const values = Array.from({ length: RESAMPLES }, () =>
    statistic(sumOf(people.map(() => people[Math.floor(random() * people.length)]))),
  )
    .filter((value) => !Number.isNaN(value)) // a resample without anybody who got that far
    .sort((one, other) => one - other);
  const at = (share) => values[Math.min(values.length - 1, Math.floor(share * values.length))];
  return { value: statistic(sumOf(people)), low: at(OUTSIDE), high: at(1 - OUTSIDE) };
}
