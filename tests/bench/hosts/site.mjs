import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFolder } from '../../../wasm/toolchain/locations.mjs';
import { bundleFolder } from './engine-bundle.mjs';

const place = (path) => fileURLToPath(new URL(path, import.meta.url));
const FOLDERS = {
  dist: join(projectFolder, 'dist'),
  programs: place('../programs'),
  packages: join(projectFolder, 'node_modules'),
  engine: bundleFolder,
};
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/**
 * Serves the package, the programs and a workload's files, cross-origin isolated: the browser then has threads. What it
 * sends may be kept in the browser's cache, as an app's files would be.
 * @param {Record<string, string>} files
 */
export async function serveSite(files) {
  const find = (path) => {
    const name = /^\/files\/(.+)$/.exec(path)?.[1];
    if (name !== undefined) return Object.hasOwn(files, name) ? files[name] : null;
    const mount = Object.keys(FOLDERS).find((folder) => path.startsWith(`/${folder}/`));
    return mount ? join(FOLDERS[mount], path.slice(mount.length + 2)) : null;
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = find(normalize(decodeURIComponent(pathname)).split(sep).join('/'));
    const stats = path === null ? undefined : statSync(path, { throwIfNoEntry: false });
    const isolation = {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    };
    if (!stats?.isFile()) {
      response.writeHead(404, isolation).end();
      return;
    }
    response.writeHead(200, {
      'Cache-Control': 'max-age=3600',
      'Content-Length': stats.size,
      'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      ...isolation,
    });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(undefined));
  });
  return {
    page: `http://localhost:${server.address().port}/programs/page.html`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
