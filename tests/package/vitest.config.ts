import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests of what users install: the packed tarball, in an empty folder. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['tests/package/*.test.ts'],
    globalSetup: ['tests/package/installation.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
