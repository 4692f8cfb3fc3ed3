import { expect } from 'vitest';
import { BROWSERS } from '../../browser/browser.js';
import { App } from './app-folder.js';
import { testRow } from './matrix-row.js';
import { checkFolder, ENGINES } from './page-checks.js';

/** A page whose script imports the package's files as they are. */
async function plainPage(name: string): Promise<App> {
  const app = await App.make(name);
  await app.copyPackage('inkling');
  await app.importFrom('./inkling/index.js');
  return app;
}

for (const browser of BROWSERS) {
  testRow(
    {
      where: 'plain page, module script',
      checked: 'the files as they are; strict policy; isolated page and not',
      engine: ENGINES[browser],
    },
    async () => {
      const app = await plainPage(`plain-${browser}`);
      for (const isolated of [false, true]) {
        const paths = await checkFolder(app.folder, { isolated, browser });
        expect(paths).toContain('/inkling/worker.js');
        expect(paths).toContain('/inkling/worker-serving.js');
        expect(paths.filter((path) => path.endsWith('.wasm'))).toHaveLength(3);
      }
    },
  );
}

testRow(
  {
    where: 'plain page, classic script',
    checked: 'import() of the files as they are; strict policy',
    engine: ENGINES.chromium,
  },
  async () => {
    const app = await plainPage('classic');
    await app.write(
      'index.html',
      '<!doctype html><title>An app</title><body><script src="./classic.js"></script></body>',
    );
    await app.write('classic.js', "'use strict';\nimport('./main.js');\n");
    await checkFolder(app.folder);
  },
);

testRow(
  {
    where: 'policy of an extension',
    checked: "script-src 'self' 'wasm-unsafe-eval'; object-src, worker-src, default-src 'self'",
    engine: ENGINES.chromium,
  },
  async () => {
    const app = await plainPage('policy');
    const policy =
      "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'; worker-src 'self'; default-src 'self'";
    await checkFolder(app.folder, { policy });
  },
);
