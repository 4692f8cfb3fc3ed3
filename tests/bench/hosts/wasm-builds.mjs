/**
 * The variants of the package with the numbers of threads each can have, but only those wanted: `simd, 1`.
 * @param {readonly string[] | undefined} wanted all when left out
 * @returns {import('../measure.mjs').Build[]}
 */
export function wasmBuilds(wanted) {
  const all = [
    { variant: 'simd', threads: 1 },
    ...['simd-threads', 'relaxed-threads'].flatMap((variant) =>
      [1, 2].map((threads) => ({ variant, threads })),
    ),
  ];
  return all.filter(({ variant, threads }) => wanted?.includes(`${variant}, ${threads}`) ?? true);
}
