const BINS = 8;
const DIGITS = 6;

export interface BinShare {
  /** Such as `year 1990–1998`. */
  label: string;
  share: number;
}

/**
 * Sorts the numbers of an attribute into ranges that about as many items are in. A number belongs to the two ranges between
 * whose centres it lies, to the nearer one more: so that two items are the more alike the nearer their numbers are.
 *
 * @param values those that are not finite are left out
 * @returns the ranges of a number, one or two; none where it is not finite
 */
export function numberBins(
  name: string,
  values: readonly number[],
): (value: number) => readonly BinShare[] {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  const quantiles = Array.from(
    { length: sorted.length > 0 ? BINS : 0 },
    (_, n) => sorted[Math.floor(((n + 0.5) * sorted.length) / BINS)] as number,
  );
  const centers = [...new Set(quantiles)];
  const whole = sorted.every(Number.isInteger);
  const ends = centers.map((center, n) => {
    const next = centers[n + 1];
    return next === undefined ? (sorted.at(-1) as number) : (center + next) / 2;
  });
  const written = (value: number) => String(Number(value.toPrecision(DIGITS)));
  const labels = centers.map((_, n) => {
    const before = ends[n - 1];
    const from =
      before === undefined ? (sorted[0] as number) : whole ? Math.floor(before) + 1 : before;
    const to = whole ? Math.floor(ends[n] as number) : (ends[n] as number);
    const range = written(from) === written(to) ? written(to) : `${written(from)}–${written(to)}`;
    return `${name} ${range}`;
  });
  return (value) => {
    if (!Number.isFinite(value) || centers.length === 0) return [];
    const above = centers.findIndex((center) => center > value);
    const label = (n: number) => labels[n] as string;
    if (above <= 0) return [{ label: label(above < 0 ? centers.length - 1 : 0), share: 1 }];
    const [low, high] = [centers[above - 1] as number, centers[above] as number];
    const share = (value - low) / (high - low);
    return [
      { label: label(above - 1), share: 1 - share },
      ...(share > 0 ? [{ label: label(above), share }] : []),
    ];
  };
}
