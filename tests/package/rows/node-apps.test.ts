import { expect } from 'vitest';
import { runProgram } from '../run-program.js';
import { App } from './app-folder.js';
import { testRow, versionOf } from './matrix-row.js';

const version = process.versions.node;
/** An app in CommonJS that gets hold of the package in this way. */
const script = (load: string) => `
'use strict';
async function main() {
  const { Recommender } = ${load};
  const catalog = ['the deep sea', 'a dry desert', 'an open sea'].map((id) => ({ id, title: id }));
  const recommender = await Recommender.open({ catalog, storage: 'memory' });
  await recommender.record({ item: 'the deep sea', type: 'like' });
  const [first] = await recommender.recommend();
  await recommender.close();
  console.log(first.item + ': ' + first.source);
}
main();
`;

for (const [how, load] of [
  ['await import()', "await import('inkling')"],
  ['require()', "require('inkling')"],
  ['await import() of inkling/inline, which is the same in Node', "await import('inkling/inline')"],
] as const) {
  testRow({ where: 'Node, CommonJS', version, checked: `${how}; ends by itself` }, async () => {
    const app = await App.make(`commonjs-${load.replace(/\W+/g, '-')}`);
    await app.write('app.cjs', script(load));
    const { code, stdout, stderr } = await runProgram(process.execPath, ['app.cjs'], {
      cwd: app.folder,
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'an open sea: tf_idf\n',
      stderr: '',
    });
  });
}

for (const environment of ['node', 'jsdom']) {
  testRow(
    {
      where: `vitest, ${environment}`,
      version: await versionOf('vitest'),
      checked: "an app's test opens, records, recommends, trains",
    },
    async () => {
      const modules = { vitest: 'vitest', jsdom: 'jsdom' };
      const tested = await App.make(`vitest-${environment}`, { files: ['vitest'], modules });
      const told = await tested.run('vitest/vitest.mjs', 'run', '--environment', environment);
      expect(told).toMatch(/Tests +1 passed \(1\)/);
    },
  );
}
