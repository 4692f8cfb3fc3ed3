import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, test } from 'vitest';
import { runProgram } from './run-program.js';

const app = inject('app');
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const compiler = join(modules, 'typescript', 'bin', 'tsc');
const BROWSER_LIBRARIES = ['ES2022', 'DOM', 'DOM.Iterable'];

async function compile(
  name: string,
  options: Record<string, unknown>,
  files = ['typed.ts'],
): Promise<string> {
  const compilerOptions = {
    target: 'ES2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
    ...options,
  };
  const project = join(app, `tsconfig.${name}.json`);
  await writeFile(project, JSON.stringify({ compilerOptions, files }));
  const args = [compiler, '-p', project];
  const { code, stdout } = await runProgram(process.execPath, args, { cwd: app });
  return code === 0 ? '' : stdout || `ended with ${code}`;
}

describe('a TypeScript app compiles, the types of the package checked too', () => {
  test.each([
    ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext', lib: BROWSER_LIBRARIES }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler', lib: BROWSER_LIBRARIES }],
  ])('with moduleResolution %s', async (name, options) => {
    expect(await compile(name, options)).toBe('');
  });

  test("with Node's types and without the browser's", async () => {
    const nodeTypes = { typeRoots: [join(modules, '@types')], types: ['node'] };
    const options = { module: 'nodenext', lib: ['ES2022'], ...nodeTypes };
    expect(await compile('node', options)).toBe('');
  });
});

test('the compiler does check: a wrong use is refused', async () => {
  await writeFile(
    join(app, 'wrong.ts'),
    "import { Recommender } from 'inkling';\nvoid Recommender.open({ catalogue: [] });\n",
  );
  const options = { module: 'nodenext', lib: BROWSER_LIBRARIES };
  expect(await compile('wrong', options, ['wrong.ts'])).toMatch(/TS2561|TS2353/);
});
