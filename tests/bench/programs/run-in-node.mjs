// One run in a process of its own: node run-in-node.mjs PROGRAM INPUT
// INPUT is JSON; prints one JSON object.
import { readFileSync } from 'node:fs';

const [program, json] = process.argv.slice(2);
const { files, ...input } = JSON.parse(json);
const bytesOf = (name) => new Uint8Array(readFileSync(files[name]));
const environment = {
  loadPackage: () => import('inkling'),
  loadEngine: async (variant) => {
    const { loadVariant } = await import('../../../build/bench/engine-node.js');
    return loadVariant({ variant, threads: 1, why: [] });
  },
  read: async (name) => bytesOf(name).buffer,
  model: (name) => bytesOf(name),
  catalog: (name) => new Blob([bytesOf(name)]),
};
try {
  const { run } = await import(`./${program}`);
  const result = JSON.stringify(await run(environment, input));
  process.stdout.write(result, () => process.exit());
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`, () => process.exit(1));
}
