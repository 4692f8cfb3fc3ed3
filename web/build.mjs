// Builds dist/ when its sources have changed since the last time: node web/build.mjs
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'build', 'package.stamp');
const SOURCES = [
  'CMakeLists.txt',
  'CMakePresets.json',
  'cpp',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'wasm',
  'web',
];

/**
 * A text that changes when any of the files or folders changes in name, size or time.
 * @param {string[]} places relative to the checkout
 */
export function fingerprint(places) {
  const hash = createHash('sha256').update(process.version);
  const visit = (place) => {
    const path = join(root, place);
    if (!existsSync(path)) return;
    const { size, mtimeMs, isDirectory } = describe(path);
    if (isDirectory) {
      for (const entry of readdirSync(path).sort()) visit(join(place, entry));
    } else {
      hash.update(`${place}\0${size}\0${mtimeMs}\n`);
    }
  };
  for (const place of places) visit(place);
  return hash.digest('hex');
}

function describe(path) {
  const stats = statSync(path);
  return { size: stats.size, mtimeMs: stats.mtimeMs, isDirectory: stats.isDirectory() };
}

/**
 * Runs `make` unless the stamp says that it has run on the same sources and its output is there.
 * @param {{ stamp: string, current: string, output: string }} state output: the last file that `make` writes
 * @param {() => Promise<unknown>} make
 */
export async function unlessFresh({ stamp: stampFile, current, output }, make) {
  const known = existsSync(stampFile) && existsSync(output) ? readFileSync(stampFile, 'utf8') : '';
  if (known === current) return;
  await make();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, current);
}

/** Makes dist/ if it is not up to date; returns a text that changes with it. */
export async function ensurePackage(say = console.log) {
  const current = fingerprint(SOURCES);
  const output = join(root, 'dist', 'THIRD_PARTY_LICENSES.txt');
  await unlessFresh({ stamp, current, output }, async () => {
    say('build: the engine and the package');
    // Loaded here: esbuild is there only after set-up.
    const { bundle, describeDownload } = await import('./bundle.mjs');
    say(`build: ready; gzipped, ${describeDownload(await bundle())}`);
  });
  return current;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await ensurePackage();
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
