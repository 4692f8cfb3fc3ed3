import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const FILES = ['tests/{browser,crash,soak}/**/*.test.ts'];
const MEASURING = ['aborts', 'demo', 'large-log', 'long-calls', 'memory'].map(
  (name) => `tests/browser/${name}.test.ts`,
);

/** Tests of the built package and the demo in real browsers. Plain Node drives them. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The built package runs as Node would run it.
    server: { deps: { external: [/\/dist\//] } },
    maxWorkers: 2,
    // Each file starts its own browsers. Those that measure times or memory have the machine to themselves.
    projects: [
      {
        extends: true,
        test: { name: 'using', include: FILES, exclude: MEASURING, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'measuring',
          include: MEASURING,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
