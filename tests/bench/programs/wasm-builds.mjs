/**
 * Every variant of the package with every number of threads it can have.
 * @param {readonly number[]} threads
 */
export function wasmBuilds(threads) {
  const withThreads = ['simd-threads', 'relaxed-threads'].flatMap((variant) =>
    threads.map((count) => ({ variant, threads: count })),
  );
  return [{ variant: 'simd', threads: 1 }, ...withThreads];
}
