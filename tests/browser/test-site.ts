import { join } from 'node:path';
import { build } from 'esbuild';
import { DIST, TEST_PAGE } from './places.js';
import { type ServerOptions, StaticServer } from './server.js';

/** The package as built, and a page that offers it as `window.test.inkling`. */
export async function startTestSite(
  options: Omit<ServerOptions, 'mounts'> = {},
): Promise<StaticServer> {
  const [page, denyStorage] = await Promise.all([script('page.ts'), script('deny-storage.ts')]);
  return StaticServer.start({
    ...options,
    mounts: {
      '/': TEST_PAGE,
      '/dist/': DIST,
      '/page.js': page,
      '/deny-storage.js': denyStorage,
      '/favicon.ico': { status: 204 },
    },
  });
}

async function script(file: string) {
  const { outputFiles } = await build({
    entryPoints: [join(TEST_PAGE, file)],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    plugins: [
      {
        name: 'the package is served, not bundled',
        setup: ({ onResolve }) => {
          onResolve({ filter: /\/web\/index\.js$/ }, () => ({
            path: '/dist/index.js',
            external: true,
          }));
        },
      },
    ],
  });
  return { body: outputFiles[0]?.text ?? '', type: 'text/javascript; charset=utf-8' };
}
