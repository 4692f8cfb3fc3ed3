import { defineConfig } from 'vitest/config';

/** Figures with a floor, by the command line as users run it. */
export default defineConfig({
  test: {
    include: ['tests/quality/**/*.test.ts'],
    testTimeout: 300_000,
    fileParallelism: false,
  },
});
