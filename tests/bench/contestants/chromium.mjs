// The package in Chromium, every run in a page of its own.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { projectFolder } from '../../../wasm/toolchain/locations.mjs';
import { wasmBuilds } from '../programs/wasm-builds.mjs';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const FOLDERS = {
  dist: join(projectFolder, 'dist'),
  programs: fileURLToPath(new URL('../programs', import.meta.url)),
};
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** @type {import('../run.mjs').OpenContestant} */
export async function open({ file, task, threads }) {
  const executablePath = findChromium();
  if (!executablePath) return { missing: 'there is no chromium on the PATH' };
  const server = await serve(file);
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  return {
    versions: { Chromium: browser.version() },
    builds: wasmBuilds(threads),
    run: async (build) => {
      const page = await browser.newPage();
      try {
        await page.goto(`http://localhost:${server.address().port}/programs/page.html`);
        return await page.evaluate((work) => window.run(work), { build, task });
      } finally {
        await page.close();
      }
    },
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** Serves package, page and data, cross-origin isolated: the browser then has threads. */
async function serve(dataFile) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname === '/data' ? dataFile : fileAt(pathname);
    const found = path !== null && existsSync(path);
    response.writeHead(found ? 200 : 404, {
      'Cache-Control': 'no-store',
      'Content-Type': TYPES[extname(path ?? '')] ?? 'application/octet-stream',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    });
    response.end(found ? readFileSync(path) : undefined);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(undefined));
  });
  return server;
}

function fileAt(pathname) {
  const [, mount, ...rest] = normalize(decodeURIComponent(pathname)).split(sep);
  const folder = Object.hasOwn(FOLDERS, mount) ? FOLDERS[mount] : null;
  return folder && rest.length > 0 ? join(folder, ...rest) : null;
}
