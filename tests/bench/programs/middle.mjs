/**
 * The mean of the middle half: like a median it does not hear of the few that were disturbed, and unlike one it is finer
 * than the steps of a browser's clock.
 * @param {readonly number[]} values at least one
 */
export function middleMean(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const out = Math.floor(sorted.length / 4);
  const middle = sorted.slice(out, sorted.length - out);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** The value that this share of the others does not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
