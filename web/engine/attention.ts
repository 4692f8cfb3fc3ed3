/** How much attention a place of a list gets, counted from 1. */
export function attention(position: number): number {
  return 1 / Math.log2(position + 1);
}

/** Of a place of which only the list is known: the mean of ten. */
export const MEAN_ATTENTION =
  Array.from({ length: 10 }, (_, place) => attention(place + 1)).reduce((sum, each) => sum + each) /
  10;
