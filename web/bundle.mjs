// Makes dist/ from the TypeScript and the wasm builds: node web/bundle.mjs
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import zopfli from '@gfx/zopfli';
import { build } from 'esbuild';
import { minify } from 'terser';
import { buildPreset, WASM_PRESETS } from '../wasm/toolchain/build.mjs';
import { writeEngineTypes } from './engine-types.mjs';
import { trimmed } from './loader.mjs';
import { privateNames } from './private-names.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * What a page downloads first, by what it is opened for: the endings of the wasm file and of the worker's script, and
 * the most bytes they may take gzipped, with index.js. The full file comes later, on demand, and has no budget of its own.
 */
const DOWNLOADS = {
  recommend: { ending: '-serving', budget: 100_000 },
  train: { ending: '', script: '-training', budget: 150_000 },
};
/** The targets of a preset that make the wasm files for pages. */
const PAGE_TARGETS = { '-serving': 'web_serving', '': 'web', '-full': 'web_full' };

/** Byte sequences of instructions; three bytes long, so chance hits are next to none. */
const F32X4_MUL = Buffer.from([0xfd, 0xe6, 0x01]);
const F32X4_RELAXED_MADD = Buffer.from([0xfd, 0x85, 0x02]);
const FEWEST_VECTOR_INSTRUCTIONS = 30;

/** Builds the wasm variants and everything in dist/. */
export async function bundle() {
  for (const preset of Object.values(WASM_PRESETS)) {
    const names = [...Object.values(PAGE_TARGETS), 'node'];
    buildPreset(preset, { targets: names.map((name) => `inkling_${name}`) });
  }
  const simd = wasmFolder('wasm-simd');
  await writeEngineTypes(
    [join(simd, 'web_full', 'inkling'), join(simd, 'inkling_node')].map((path) => ({
      loader: `${path}.js`,
      wasm: `${path}.wasm`,
    })),
  );
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  copyEngines();
  const results = await Promise.all([
    bundleWeb(),
    bundleWorker({ worker: 'web/worker/worker-web.ts' }),
    bundleWorker({ 'worker-training': 'web/worker/worker-training-web.ts' }),
    bundleWorker({ 'worker-serving': 'web/worker/worker-serving-web.ts' }),
    bundleInline(),
    bundleCatalog(),
    bundleSentences(),
    bundleAudit(),
    bundleLanguages(),
    bundleNode(),
    bundleCli(),
  ]);
  emitTypes();
  writeLicenses(results.flat());
  checkVectorInstructions();
  return checkDownload();
}

const wasmFolder = (preset) => join(root, 'build', preset, 'wasm');
const loaderOf = (preset) => join(wasmFolder(preset), 'web', 'inkling.js');

function copyEngines() {
  for (const [variant, preset] of Object.entries(WASM_PRESETS)) {
    for (const [ending, target] of Object.entries(PAGE_TARGETS)) {
      const folder = join(wasmFolder(preset), target);
      cpSync(join(folder, 'inkling.wasm'), join(dist, wasmFile(variant, ending)));
      checkLoaders([join(folder, 'inkling.js'), loaderOf(preset)]);
    }
    for (const file of ['inkling_node.js', 'inkling_node.wasm']) {
      cpSync(join(wasmFolder(preset), file), join(dist, 'node-engine', variant, file));
    }
  }
  checkLoaders(['wasm-simd-threads', 'wasm-relaxed-threads'].map(loaderOf));
}

/** One loader serves several modules: in a thread, every copy of it would start the engine. */
function checkLoaders(files) {
  const [first, second] = files.map((file) => readFileSync(file));
  if (first.equals(second)) return;
  throw new Error(`${files.join(' and ')} differ; worker.js can hold only one of them`);
}

function bundleWith(options) {
  return build({
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: true,
    sourcesContent: true,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    define: { INKLING_VERSION: JSON.stringify(version) },
    ...options,
  });
}

/**
 * Terser looks further than esbuild, which saves 6 % of what is downloaded.
 *
 * @param compress options of Terser
 * @param shortened names of properties that become shorter
 */
async function bundleSmall({
  sourcemap = true,
  write = true,
  compress = {},
  shortened = [],
  ...options
}) {
  const result = await bundleWith({ platform: 'browser', ...options, sourcemap, write: false });
  const texts = Object.fromEntries(result.outputFiles.map(({ path, text }) => [path, text]));
  const outputFiles = [];
  for (const [path, text] of Object.entries(texts)) {
    if (path.endsWith('.map')) continue;
    const map = texts[`${path}.map`];
    const { code, map: mapped } = await minify(
      text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, ''),
      {
        module: options.format !== 'iife',
        compress: {
          ecma: 2020,
          passes: 3,
          unsafe_arrows: true,
          pure_getters: true,
          lhs_constants: false, // compresses better
          inline: 1, // likewise
          ...compress,
        },
        mangle:
          shortened.length > 0
            ? { properties: { regex: new RegExp(`^(?:${shortened.join('|')})$`) } }
            : true,
        format: { ecma: 2020 },
        ...(map && {
          sourceMap: { content: map, includeSources: true, url: `${basename(path)}.map` },
        }),
      },
    );
    outputFiles.push({ path, text: code });
    if (map) outputFiles.push({ path: `${path}.map`, text: mapped });
  }
  for (const { path, text } of write ? outputFiles : []) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return { ...result, outputFiles };
}

/** Of what pages download: only the project's own code is in it, and Emscripten's loaders. */
const shortenedNames = () => [
  ...privateNames(
    join(root, 'web'),
    ['wasm-simd', 'wasm-simd-threads'].map((preset) => readFileSync(loaderOf(preset), 'utf8')),
  ),
  ...THREAD_NAMES,
];
/** What Emscripten's loader calls its threads among itself. */
const THREAD_NAMES = [
  ...['unusedWorkers', 'runningWorkers', 'allocateUnusedWorker', 'getNewWorker'],
  ...['loadWasmModuleToWorker', 'loadWasmModuleToAllWorkers', 'returnWorkerToPool'],
  ...['terminateAllThreads', 'threadInitTLS', 'tlsInitFunctions', 'initMainThread'],
];

const bundleWeb = () =>
  bundleSmall({
    entryPoints: ['web/index.ts'],
    outfile: 'dist/index.js',
    compress: { hoist_funs: true }, // compresses better, but not the workers
    shortened: shortenedNames(),
  });

// Plain scripts, so that each runs as a module, as a classic worker and as a thread of either.
const bundleWorker = (entryPoints) =>
  bundleSmall({
    entryPoints,
    outdir: 'dist',
    sourcemap: false, // 146 KB of the package, as much as two thirds of an engine, for what few ever step through
    format: 'iife',
    shortened: shortenedNames(),
    alias: {
      '#glue/simd': loaderOf('wasm-simd'),
      '#glue/threads': loaderOf('wasm-simd-threads'),
    },
    plugins: [trimmed(['wasm-simd', 'wasm-simd-threads'].map(loaderOf))],
  });

/**
 * One file that needs no other: the worker's script as text in it, and the engine in that. It is the one that trains the
 * usual models, for there is no other to fetch. Deflated bytes as text are half as long as plain ones; Zopfli deflates
 * them to 5 % less than zlib does.
 */
async function bundleInline() {
  const wasm = readFileSync(join(dist, wasmFile('simd', '')));
  const options = { sourcemap: false }; // its parts have theirs in the other files
  const loader = loaderOf('wasm-simd');
  const worker = await bundleSmall({
    ...options,
    entryPoints: ['web/worker/worker-inline-web.ts'],
    format: 'iife',
    write: false,
    alias: { '#glue/simd': loader, '#glue/threads': loader }, // threads are never asked for
    plugins: [
      trimmed([loader]),
      holding('#inline/wasm', await zopfli.deflateAsync(wasm, {}), 'binary'),
    ],
  });
  const page = await bundleSmall({
    ...options,
    entryPoints: ['web/index.ts'],
    outfile: 'dist/inline.js',
    alias: { '#host': join(root, 'web', 'host-inline.ts') },
    plugins: [holding('#inline/worker', worker.outputFiles[0].text, 'text')],
  });
  return [worker, page];
}

/** A plugin by which a module of that name holds these contents. */
function holding(name, contents, loader) {
  const exactly = { filter: new RegExp(`^${name}$`) };
  return {
    name,
    setup: (build) => {
      build.onResolve(exactly, ({ path }) => ({ path, namespace: name }));
      build.onLoad({ filter: /.*/, namespace: name }, () => ({ contents, loader }));
    },
  };
}

const bundleCatalog = () =>
  bundleWith({
    entryPoints: ['web/catalog/index.ts'],
    outfile: 'dist/catalog.js',
    sourcemap: false, // 78 KB of the package
    platform: 'browser',
    // Tools that take a file for CommonJS by words in it, such as "global." here, take it for a module by such a line.
    footer: { js: 'export {};' },
  });

const bundleSentences = () =>
  bundleWith({
    entryPoints: ['web/sentences/index.ts'],
    outfile: 'dist/sentences.js',
    sourcemap: false, // short
    platform: 'browser',
  });

const bundleAudit = () =>
  bundleWith({
    entryPoints: ['web/audit/index.ts'],
    outfile: 'dist/audit.js',
    sourcemap: false, // short, and of no page
    platform: 'neutral',
  });

/** Tokenizers, each a module that needs no other. */
const LANGUAGES = ['ar', 'de', 'en', 'es', 'fr', 'it', 'pt', 'ru', 'segmented'];
const bundleLanguages = () =>
  bundleWith({
    entryPoints: LANGUAGES.map((language) => `web/languages/${language}.ts`),
    outdir: 'dist/languages',
    sourcemap: false,
    platform: 'neutral',
  });

const bundleNode = () =>
  bundleSmall({
    entryPoints: { node: 'web/index.ts', 'node-worker': 'web/worker/worker-node.ts' },
    outdir: 'dist',
    sourcemap: false, // Node does not look at them unless told to, and they are 95 KB of the package
    platform: 'node',
    conditions: ['node'],
  });

const bundleCli = () =>
  bundleSmall({
    entryPoints: { cli: 'web/cli/main.ts' },
    outdir: 'dist',
    sourcemap: false, // as large as two engines, and nobody steps through a command
    platform: 'node',
    conditions: ['node'],
    banner: {
      // The progress bar's library is CommonJS. The name is one that no bundled module has.
      js: '#!/usr/bin/env node\nimport { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
  });

function emitTypes() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [compiler, '-p', join(root, 'web', 'tsconfig.types.json')];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (result.status !== 0)
    throw new Error(`the types cannot be made:\n${result.stdout}${result.stderr}`);
  removeUnreachableTypes();
}

/** The compiler declares every file of the program; the package needs what its entries lead to. */
function removeUnreachableTypes() {
  const folder = join(dist, 'types');
  const all = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.d.ts'));
  const entries = all.filter((file) => /(^|[/\\])index\.d\.ts$|^languages[/\\]/.test(file));
  const reached = new Set(entries.map((file) => join(folder, file)));
  for (const file of reached) {
    const text = readFileSync(file, 'utf8');
    for (const [, path] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.js['"]/g)) {
      reached.add(join(dirname(file), `${path}.d.ts`));
    }
  }
  for (const file of all) if (!reached.has(join(folder, file))) rmSync(join(folder, file));
}

/** The licence texts of everything that went into the bundles. */
function writeLicenses(results) {
  const packages = new Set();
  for (const { metafile } of results) {
    for (const input of Object.keys(metafile.inputs)) {
      const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
      if (name) packages.add(name);
    }
  }
  const texts = [...packages].sort().map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version: packageVersion, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
    return `${name} ${packageVersion} (${license})\n\n${text}\n`;
  });
  writeFileSync(
    join(dist, 'THIRD_PARTY_LICENSES.txt'),
    `These packages are part of the files in this folder.\n\n${texts.join('\n---\n\n')}`,
  );
}

const wasmFile = (variant, ending) => `inkling-${variant}${ending}.wasm`;

/** @param {Awaited<ReturnType<typeof bundle>>} sizes */
export function describeDownload({ recommend, train, full }) {
  const largest = (sizes) => `${(Math.max(...Object.values(sizes)) / 1000).toFixed(1)} KB`;
  return `at most ${largest(recommend)} to recommend, ${largest(train)} to train too, ${largest(full)} more for all models`;
}

function count(bytes, sequence) {
  let found = 0;
  for (let at = bytes.indexOf(sequence); at >= 0; at = bytes.indexOf(sequence, at + 1)) found++;
  return found;
}

/** What calls itself SIMD must hold SIMD. */
function checkVectorInstructions() {
  const endings = Object.keys(PAGE_TARGETS);
  const files = Object.keys(WASM_PRESETS).flatMap((variant) =>
    endings.map((ending) => wasmFile(variant, ending)),
  );
  for (const file of files) {
    const bytes = readFileSync(join(dist, file));
    const relaxed = file.includes('relaxed');
    const found = count(bytes, relaxed ? F32X4_RELAXED_MADD : F32X4_MUL);
    if (found < FEWEST_VECTOR_INSTRUCTIONS) {
      throw new Error(`${file} has only ${found} of the vector instructions it is named for`);
    }
    if (!relaxed && count(bytes, F32X4_RELAXED_MADD) > 0) {
      throw new Error(`${file} has relaxed SIMD instructions, which not every browser can parse`);
    }
  }
}

/** Gzipped bytes: of all that each variant needs for each purpose, and of its full wasm file. */
function checkDownload() {
  const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
  const sizes = { recommend: {}, train: {}, full: {} };
  for (const variant of Object.keys(WASM_PRESETS)) {
    for (const [purpose, { ending, script = ending, budget }] of Object.entries(DOWNLOADS)) {
      const files = ['index.js', `worker${script}.js`, wasmFile(variant, ending)];
      const total = files.map(size).reduce((sum, bytes) => sum + bytes);
      if (total > budget) {
        throw new Error(
          `the download of ${variant} to ${purpose} is ${total} bytes gzipped, above the budget of ${budget}`,
        );
      }
      sizes[purpose][variant] = total;
    }
    sizes.full[variant] = size(wasmFile(variant, '-full'));
  }
  return sizes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(`dist: ready; gzipped, ${describeDownload(await bundle())}`);
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
