// One run in a process of its own: node run-in-node.mjs PROGRAM INPUT
// INPUT is JSON; prints one JSON object.
import { readFileSync } from 'node:fs';

const [program, json] = process.argv.slice(2);
const { files, ...input } = JSON.parse(json);
const bytesOf = (name) => new Uint8Array(readFileSync(files[name]));
const { run } = await import(`./${program}`);
const result = await run(
  {
    loadPackage: () => import('inkling'),
    loadEngine: async (variant) => {
      const folder = new URL(`../../../dist/node-engine/${variant}/`, import.meta.url);
      const { default: create } = await import(new URL('inkling_node.js', folder).href);
      const wasm = readFileSync(new URL('inkling_node.wasm', folder));
      return { create, compiled: await WebAssembly.compile(wasm) };
    },
    read: async (name) => bytesOf(name).buffer,
    model: (name) => bytesOf(name),
    catalog: (name) => new Blob([bytesOf(name)]),
  },
  input,
);
process.stdout.write(JSON.stringify(result), () => process.exit());
