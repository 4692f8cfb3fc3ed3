import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { tokenizer } from 'acorn';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, inject, test } from 'vitest';

/** What a page downloads first, gzipped: index.js, and the worker and wasm file for what it is opened for. */
const DOWNLOADS = [
  { purpose: 'recommend', ending: '-serving', budget: 100_000 },
  { purpose: 'train', ending: '', script: '-training', budget: 150_000 },
];
/** The file that needs no other: what a page downloads to train, of the variant without threads. */
const INLINE_BUDGET_BYTES = 140_000;
/** Thirteen engines: of three variants three each for pages, and one for Node; and the one in the file that needs no other. */
const TARBALL_BUDGET_BYTES = 2_490_000;
const VARIANTS = ['simd', 'simd-threads', 'relaxed-threads'];

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const data = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const installed = join(inject('app'), 'node_modules', 'inkling');
const packed = inject('packed');

const content = (path: string) => readFile(join(installed, path));

/** Files of a folder and all below it. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Every path that a field of package.json leads to. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(pathsIn);
}

test('the tarball holds all that package.json promises', async () => {
  const { exports, bin, types } = JSON.parse((await content('package.json')).toString()) as Record<
    string,
    unknown
  >;
  const promised = pathsIn([exports, bin, types]).map((path) => path.replace(/^\.\//, ''));
  const paths = packed.map(({ path }) => path);
  expect(promised.length).toBeGreaterThan(6);
  for (const path of promised.filter((each) => !each.includes('*'))) expect(paths).toContain(path);
  for (const path of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/THIRD_PARTY_LICENSES.txt']) {
    expect(paths).toContain(path);
  }
  for (const variant of VARIANTS) {
    for (const ending of ['-serving', '', '-full']) {
      expect(paths).toContain(`dist/inkling-${variant}${ending}.wasm`);
    }
    expect(paths).toContain(`dist/node-engine/${variant}/inkling_node.js`);
    expect(paths).toContain(`dist/node-engine/${variant}/inkling_node.wasm`);
  }
});

test('what is installed is what was packed, and it needs nothing else', async () => {
  const found = (await filesBelow(installed)).map((file) => file.slice(installed.length + 1));
  expect(found.sort()).toEqual(packed.map(({ path }) => path).sort());
  const modules = await readdir(join(inject('app'), 'node_modules'));
  expect(modules.filter((name) => !name.startsWith('.'))).toEqual(['inkling']);
});

test('the tarball holds no tests, no sources, no examples and no settings of tools', () => {
  const expected = /^(dist\/.+\.(js|js\.map|wasm|d\.ts|txt)|package\.json|[A-Z]+(\.md)?)$/;
  expect(packed.map(({ path }) => path).filter((path) => !expected.test(path))).toEqual([]);
  expect(packed.map(({ path }) => path).filter((path) => /test|fixture/i.test(path))).toEqual([]);
});

test('no file is one of the data sets that the project is measured with', async () => {
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const known = new Set<string>();
  if (existsSync(data)) {
    for (const file of await filesBelow(data)) known.add(hash(await readFile(file)));
  }
  for (const { path } of packed) {
    expect(path).not.toMatch(/\.(csv|tsv|dat|ndjson|gz|zip|safetensors)$/);
    expect(known.has(hash(await content(path))), path).toBe(false);
  }
});

test('no file names a folder of this machine or the machine', async () => {
  const places = [checkout.replace(/\/$/, ''), process.cwd(), homedir(), hostname()].filter(
    // Short names would be found by chance.
    (place) => place.length > 6,
  );
  expect(places.length).toBeGreaterThan(0);
  for (const { path } of packed) {
    const bytes = await content(path);
    for (const place of places) expect(bytes.includes(place), `${path}: ${place}`).toBe(false);
    expect(bytes.toString('latin1'), path).not.toMatch(/(?:^|["' ])\/(?:home|root|Users)\/\w/);
    expect(bytes.includes('file:///'), path).toBe(false);
  }
});

test('every source map holds its sources, and names none outside of the project', async () => {
  const maps = packed.map(({ path }) => path).filter((path) => path.endsWith('.map'));
  expect(maps).toEqual(['dist/index.js.map']);
  for (const path of maps) {
    const { sources, sourcesContent } = JSON.parse((await content(path)).toString()) as {
      sources: string[];
      sourcesContent: string[];
    };
    // Without them, development servers complain of sources that are not there.
    expect(sourcesContent.filter((source) => source.length > 0)).toHaveLength(sources.length);
    for (const source of sources) expect(source).toMatch(/^\.\.\/(web|build|node_modules)\//);
  }
});

test('publint has nothing to say of the package', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test('the command can be executed', async () => {
  expect((await content('dist/cli.js')).toString()).toMatch(/^#!\/usr\/bin\/env node\n/);
  const command = join(inject('app'), 'node_modules', '.bin', 'inkling');
  expect((await stat(command)).mode & 0o111).toBe(0o111);
});

test.each(VARIANTS.flatMap((variant) => DOWNLOADS.map((download) => ({ variant, ...download }))))(
  'the download of $variant to $purpose keeps to its budget',
  async ({ variant, purpose, ending, script = ending, budget }) => {
    const sizes = await Promise.all(
      ['dist/index.js', `dist/worker${script}.js`, `dist/inkling-${variant}${ending}.wasm`].map(
        async (path) => gzipSync(await content(path), { level: 9 }).length,
      ),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(
      `download of ${variant} to ${purpose}: ${total} bytes gzipped (${sizes.join(' + ')})`,
    );
    expect(Math.min(...sizes)).toBeGreaterThan(1000);
    expect(total).toBeLessThanOrEqual(budget);
  },
);

test('the file that needs no other keeps to its budget, and names no other', async () => {
  const bytes = await content('dist/inline.js');
  const size = gzipSync(bytes, { level: 9 }).length;
  console.log(`inkling/inline: ${bytes.length} bytes, ${size} gzipped`);
  expect(size).toBeGreaterThan(100_000);
  expect(size).toBeLessThanOrEqual(INLINE_BUDGET_BYTES);
  const text = bytes.toString();
  const words = [...tokenizer(text, { ecmaVersion: 'latest', sourceType: 'module' })];
  expect(words.length).toBeGreaterThan(1000);
  // Neither import declarations nor import() nor import.meta.
  expect(words.filter(({ type }) => type.keyword === 'import')).toEqual([]);
  // So that it can be written into a page.
  expect(text).not.toMatch(/<\/script|<!--/i);
});

test('the tarball keeps to its budget', async () => {
  const { size } = await stat(inject('tarball'));
  console.log(`tarball: ${size} bytes`);
  expect(size).toBeLessThanOrEqual(TARBALL_BUDGET_BYTES);
});
