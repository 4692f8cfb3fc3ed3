import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { filmCatalogue } from './films/plugin.ts';

/**
 * The pages work under this policy, so that the browser itself keeps the promise. It is written into them, and the server
 * sends it along for the workers. The last two let no text become markup or code: src/own-scripts.ts.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types default',
].join('; ');

const writePolicy = (): Plugin => ({
  name: 'write-policy',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
      injectTo: 'head-prepend',
    },
  ],
});

const headers = {
  // Who may frame a page cannot be said within it.
  'Content-Security-Policy': `${CONTENT_SECURITY_POLICY}; frame-ancestors 'none'`,
  // Threads need both; without them the page runs on one thread.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The package as it is built from this checkout; an app of your own needs no alias, only `npm install inkling`. */
const built = (file: string) => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

const page = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const port = Number(process.env.PORT ?? 4173);

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  resolve: {
    alias: [
      { find: /^inkling$/, replacement: built('index.js') },
      { find: /^inkling\/catalog$/, replacement: built('catalog.js') },
      { find: /^inkling\/sentences$/, replacement: built('sentences.js') },
      { find: /^inkling\/worker$/, replacement: built('worker.js') },
    ],
  },
  plugins: [filmCatalogue(), writePolicy()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A data: address would be refused by the policy above.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: [page('index.html'), page('what-leaves.html')] },
  },
  // The package is outside of this folder.
  server: { port, headers, fs: { allow: [fileURLToPath(new URL('../..', import.meta.url))] } },
  preview: { port, strictPort: process.env.PORT !== undefined, headers },
});
