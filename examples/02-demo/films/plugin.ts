import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';
import { catalogueOf, type SourceFilm } from './transform.ts';

/** Where the page finds its built-in catalogue, beside index.html. */
const FILE_NAME = 'films.json';

function readCatalogue(): string {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  const text = readFileSync(join(dirname(entry), '..', 'data', 'movies.json'), 'utf8');
  return JSON.stringify(catalogueOf(JSON.parse(text) as SourceFilm[]));
}

/** Makes `films.json` from vega-datasets: a file of the build, and a route of the development server. */
export function filmCatalogue(): Plugin {
  return {
    name: 'film-catalogue',
    configureServer(server) {
      server.middlewares.use(`/${FILE_NAME}`, (_request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(readCatalogue());
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: FILE_NAME, source: readCatalogue() });
    },
  };
}
