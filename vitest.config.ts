import { defineConfig } from 'vitest/config';
import packageFile from './package.json' with { type: 'json' };

/** Tests of the TypeScript, with the real wasm, in plain Node. */
export default defineConfig({
  define: { INKLING_VERSION: JSON.stringify(packageFile.version) },
  ssr: { resolve: { conditions: ['node'] } },
  test: {
    include: ['tests/web/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
