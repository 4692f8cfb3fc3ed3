/** @param {readonly number[]} values at least one */
export const median = (values) => quantile(values, 0.5);

/** The value that this share of the others does not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
