import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The package suite, and the rows of the matrix: the packed tarball wherever it is used. */
export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  test: {
    include: ['tests/package/*.test.ts', 'tests/package/rows/*.test.ts'],
    globalSetup: ['tests/package/installation.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
