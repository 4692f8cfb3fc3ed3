/** A straight line through points, by least squares. */
export interface Trend {
  slope: number;
  /** Standard error of the slope. */
  error: number;
}

export function trendOf(points: readonly { x: number; y: number }[]): Trend {
  const n = points.length;
  if (n < 3) throw new Error(`a trend of ${n} points; at least 3 are needed`);
  const mean = (of: 'x' | 'y') => points.reduce((sum, point) => sum + point[of], 0) / n;
  const [meanX, meanY] = [mean('x'), mean('y')];
  let xx = 0;
  let xy = 0;
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  const slope = xy / xx;
  const residuals = points.reduce(
    (sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2,
    0,
  );
  return { slope, error: Math.sqrt(residuals / (n - 2) / xx) };
}
