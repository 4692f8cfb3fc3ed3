import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { filmCatalogue } from './films/plugin.ts';

/** The page works under this policy and sends it along, so that the browser itself keeps the promise. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

/** The package as it is built from this checkout; an app of your own needs no alias, only `npm install inkling`. */
const built = (file: string) => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

const port = Number(process.env.PORT ?? 4173);

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  resolve: {
    alias: [
      { find: /^inkling$/, replacement: built('index.js') },
      { find: /^inkling\/catalog$/, replacement: built('catalog.js') },
    ],
  },
  plugins: [filmCatalogue()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A data: address would be refused by the policy above.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port },
  preview: {
    port,
    strictPort: process.env.PORT !== undefined,
    headers: {
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      // Threads need both; without them the page runs on one thread.
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
});
