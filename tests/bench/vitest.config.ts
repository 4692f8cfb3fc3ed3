import { defineConfig } from 'vitest/config';

/** The benchmark's own arithmetic and plain programs, and a few of its workloads on little data. */
export default defineConfig({
  test: {
    include: ['tests/bench/**/*.test.mjs'],
    testTimeout: 300_000,
    fileParallelism: false,
  },
});
