import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { TRIES } from './page/tries.js';
import { DIST, TEST_PAGE } from './places.js';
import type { StaticServer } from './server.js';

const SCRIPT = 'text/javascript; charset=utf-8';

/** Where the browser may go in a test: the answer is nothing, so that a page stays where it is. */
export const nowhere = (name: string) => `/nothing/${encodeURIComponent(name)}`;

/** Adds to a test site a page, and scripts for its workers, in which every way out is counted before anything else runs. */
export async function addWatch(site: StaticServer): Promise<void> {
  const [waysOut, wholeSession] = await Promise.all([
    bundled('ways-out.ts'),
    bundled('whole-session.ts'),
  ]);
  site.override('/ways-out.js', { status: 200, type: SCRIPT, body: waysOut });
  site.override('/whole-session.js', { status: 200, type: SCRIPT, body: wholeSession });
  const scripts = ['ways-out.js', 'whole-session.js', 'page.js'];
  site.override('/watched.html', page('Watched page', scripts));
  for (const name of ['worker', 'worker-serving', 'worker-training']) {
    site.override(`/watched-${name}.js`, {
      status: 200,
      type: SCRIPT,
      body: `import '/ways-out.js';\nimport '/dist/${name}.js';\n`,
    });
  }
  for (const name of [...Object.keys(TRIES), 'start', 'end', 'last']) {
    // The server looks paths up decoded.
    site.override(`/nothing/${name}`, { status: 204 });
  }
}

/** Where browsers report what a policy has refused; these requests are not subject to it. */
export const REPORTS = '/policy-reports';

/**
 * A page under this policy has no connection: not by fetch, sockets, beacons, images, styles, fonts, frames or forms. Only
 * its icon may come, which browsers load at a time of their own.
 */
const sealedPage = (origin: string) =>
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; base-uri 'none'; ` +
  `form-action 'none'; img-src ${origin}/favicon.ico; report-uri ${REPORTS}`;
/** A worker under this one cannot even load a script. */
const SEALED_WORKER = `default-src 'none'; script-src 'wasm-unsafe-eval'; report-uri ${REPORTS}`;

/**
 * Adds a page that is given everything with its scripts, the wasm file as `window.wasm`, and that could not ask for more:
 * the browser refuses.
 */
export async function addSealedPage(site: StaticServer): Promise<void> {
  const bytes = await readFile(join(DIST, 'inkling-simd.wasm'));
  const script = (body: string | Uint8Array, policy?: string) => ({
    status: 200,
    type: SCRIPT,
    body,
    ...(policy !== undefined && { headers: { 'Content-Security-Policy': policy } }),
  });
  site.override(REPORTS, { status: 204 });
  site.override('/whole-session.js', script(await bundled('whole-session.ts')));
  site.override(
    '/wasm.js',
    script(
      `const text = atob('${bytes.toString('base64')}');\n` +
        'window.wasm = Uint8Array.from(text, (letter) => letter.charCodeAt(0));\n' +
        'window.seal = () => {\n' +
        "  const policy = document.createElement('meta');\n" +
        "  policy.httpEquiv = 'Content-Security-Policy';\n" +
        '  policy.content = "default-src \'none\'";\n' +
        '  document.head.append(policy);\n' +
        '};\n',
    ),
  );
  site.override('/dist/worker.js', script(await readFile(join(DIST, 'worker.js')), SEALED_WORKER));
  const tries = await bundled('worker-tries.ts');
  site.override('/sealed-tries.js', script(tries, SEALED_WORKER));
  site.override('/open-tries.js', script(tries));
  site.override('/sealed.html', {
    ...page('Sealed page', ['wasm.js', 'whole-session.js', 'page.js']),
    headers: { 'Content-Security-Policy': sealedPage(site.origin) },
  });
}

function page(title: string, scripts: readonly string[]) {
  const tags = scripts.map((name) => `    <script type="module" src="/${name}"></script>`);
  return {
    status: 200,
    type: 'text/html; charset=utf-8',
    body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${title}</title>
${tags.join('\n')}
  </head>
  <body></body>
</html>`,
  };
}

async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(TEST_PAGE, file)],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
