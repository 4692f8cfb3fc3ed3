// `npm start`: sets up what is missing, builds what has changed, serves the demo.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from '../wasm/toolchain/setup.mjs';
import { ensurePackage, fingerprint, unlessFresh } from '../web/build.mjs';

const examples = dirname(fileURLToPath(import.meta.url));
const demo = join(examples, '02-demo');
const DEMO_SOURCES = [
  'films',
  'index.html',
  'public',
  'src',
  'styles',
  'vite.config.ts',
  'package.json',
  'what-leaves.html',
].map((name) => `examples/02-demo/${name}`);

/** Builds the demo if it or the package has changed. */
export async function ensureDemo(packageFingerprint) {
  const stamp = join(examples, '..', 'build', 'demo.stamp');
  const current = packageFingerprint + fingerprint(DEMO_SOURCES);
  const output = join(demo, 'dist', 'index.html');
  await unlessFresh({ stamp, current, output }, async () => {
    const { build } = await import('vite');
    await build({ configFile: join(demo, 'vite.config.ts'), logLevel: 'warn' });
  });
}

async function serve() {
  const { preview } = await import('vite');
  const server = await preview({ configFile: join(demo, 'vite.config.ts'), logLevel: 'error' });
  const address = server.resolvedUrls?.local[0] ?? server.resolvedUrls?.network[0];
  console.log(`Inkling's demo: ${address}\nCtrl-C stops it.`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await ensure({ for: 'start' });
    await ensureDemo(await ensurePackage());
    await serve();
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
