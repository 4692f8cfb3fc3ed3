// The engine without worker and recommender, for programs that measure parts of a call: made of the same sources as the
// package.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { projectFolder } from '../../../wasm/toolchain/locations.mjs';

const root = (...path) => join(projectFolder, ...path);
const { version } = JSON.parse(readFileSync(root('package.json'), 'utf8'));

/** The programs that load it. */
export const WITHOUT_WORKER = ['seam', 'rerank'];

export const bundleFolder = root('build', 'bench');

const bundle = (options) =>
  build({
    absWorkingDir: projectFolder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
    outdir: bundleFolder,
    ...options,
    define: { INKLING_VERSION: JSON.stringify(version), ...options.define },
  });

/** Makes engine-web.js and engine-node.js; both export `loadVariant`. */
export async function bundleEngines() {
  const glueOf = (preset) => root('build', preset, 'wasm', 'web', 'inkling.js');
  await Promise.all([
    bundle({
      entryPoints: { 'engine-web': 'web/engine/load-web.ts' },
      platform: 'browser',
      alias: { '#glue/simd': glueOf('wasm-simd'), '#glue/threads': glueOf('wasm-simd-threads') },
    }),
    bundle({
      entryPoints: { 'engine-node': 'web/engine/load-node.ts' },
      platform: 'node',
      // It looks for the wasm files beside itself.
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(root('dist', 'node.js')).href) },
    }),
  ]);
}
