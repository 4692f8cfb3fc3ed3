import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests of the built package and the demo in real browsers. Plain Node drives them. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['tests/{browser,crash,soak}/**/*.test.ts'],
    environment: 'node',
    // Each file starts its own browsers, and some tests measure times.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The built package runs as Node would run it.
    server: { deps: { external: [/\/dist\//] } },
  },
});
