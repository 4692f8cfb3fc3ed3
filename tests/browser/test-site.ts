import { join } from 'node:path';
import { build } from 'esbuild';
import { DIST, TEST_PAGE } from './places.js';
import { type Answer, type Mount, type ServerOptions, StaticServer } from './server.js';

const script = (file: string) => bundled(join(TEST_PAGE, file));

/**
 * The package as built, and a page that offers it as `window.test.inkling`.
 *
 * @param options with `more`: what is to be had besides
 */
export async function startTestSite(
  options: Omit<ServerOptions, 'mounts'> & { more?: Record<string, Mount> } = {},
): Promise<StaticServer> {
  const { more, ...rest } = options;
  const [page, denyStorage] = await Promise.all([script('page.ts'), script('deny-storage.ts')]);
  return StaticServer.start({
    ...rest,
    mounts: {
      '/': TEST_PAGE,
      '/dist/': DIST,
      '/page.js': page,
      '/deny-storage.js': denyStorage,
      '/favicon.ico': { status: 204 },
      ...more,
    },
  });
}

/** A script of a page, with all it imports but the package. */
export async function bundled(file: string): Promise<Answer> {
  const { outputFiles } = await build({
    entryPoints: [file],
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
