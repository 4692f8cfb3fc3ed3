import { cp, readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { App } from './app-folder.js';
import { testRow, versionOf } from './matrix-row.js';
import { checkFolder, ENGINES } from './page-checks.js';

const PROGRAM = 'webpack-cli/bin/cli.js';
const modules = { webpack: 'webpack', 'webpack-cli': 'webpack-cli' };

/** The files that train all models are above the size that it warns of; pages fetch them when they are asked for. */
const TOLD = {
  production: /asset size limit[\s\S]*compiled with 1 warning/,
  development: /compiled successfully/,
};

for (const mode of ['production', 'development'] as const) {
  testRow(
    {
      where: `webpack, ${mode}`,
      version: await versionOf('webpack'),
      checked: 'no settings; strict policy; isolated page and not',
      engine: ENGINES.chromium,
    },
    async () => {
      const app = await App.make(`webpack-${mode}`, { files: ['webpack'], modules });
      // Its development mode runs code from strings unless told otherwise, which strict policies forbid.
      const devtool = mode === 'development' ? ['--devtool', 'source-map'] : [];
      const told = await app.run(PROGRAM, '--mode', mode, '--entry', './main.js', ...devtool);
      expect(told).toMatch(TOLD[mode]);
      const files = await readdir(app.path('dist'));
      expect(files.filter((file) => file.endsWith('.wasm'))).toHaveLength(9);
      await cp(app.path('index.html'), app.path('dist', 'index.html'));
      for (const isolated of [false, true]) await checkFolder(app.path('dist'), { isolated });
    },
  );
}
