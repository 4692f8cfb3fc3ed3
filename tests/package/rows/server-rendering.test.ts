import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runProgram } from '../run-program.js';
import { App } from './app-folder.js';
import { testRow, versionOf } from './matrix-row.js';

const PROGRAM = 'vite/bin/vite.js';
const SHELL = '<main data-recommender="function"></main>';
const LIST = '<ul><li>an open sea</li></ul>';

/** Builds a server's entry and renders once; it must end by itself and print nothing else. */
async function rendered(app: App, entry: string, config: object = {}): Promise<unknown> {
  await app.write('vite.config.js', `export default ${JSON.stringify(config)};`);
  await app.run(PROGRAM, 'build', '--ssr', `${entry}.js`);
  const files = await readdir(app.path('dist'));
  expect(files).toContain(`${entry}.js`);
  const place = `./${join('dist', `${entry}.js`)}`;
  const code = `import { render } from ${JSON.stringify(place)}; console.log(await render());`;
  return runProgram(process.execPath, ['--input-type=module', '--eval', code], { cwd: app.folder });
}

for (const module of ['vite-5', 'vite-8']) {
  const version = await versionOf(module);
  const options = { files: ['server'], modules: { vite: module } };
  const printed = (html: string) => ({ code: 0, stdout: `${html}\n`, stderr: '' });

  testRow(
    { where: 'Vite, server rendering', version, checked: 'import does nothing; ends by itself' },
    async () => {
      const app = await App.make(`${module}-shell`, options);
      expect(await rendered(app, 'shell')).toEqual(printed(SHELL));
      // The package bundled into the server's code, as some frameworks do.
      const bundled = { ssr: { noExternal: true } };
      expect(await rendered(app, 'shell', bundled)).toEqual(printed(SHELL));
    },
  );

  testRow(
    { where: 'Vite, server rendering', version, checked: 'a list is made on the server' },
    async () => {
      const app = await App.make(`${module}-list`, options);
      expect(await rendered(app, 'server')).toEqual(printed(LIST));
    },
  );
}
