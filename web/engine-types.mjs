// Writes what the TypeScript is compiled against: the bindings of a wasm module, asked of the module itself.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const seam = join(dirname(fileURLToPath(import.meta.url)), 'engine', 'seam.ts');
const SCALARS = { v: 'void', b: 'boolean', i: 'number', f: 'number', d: 'number', s: 'string' };

/**
 * Loads modules that need no shared memory, and writes `<loader>.d.ts` beside each loader.
 * @param {{ loader: string, wasm: string }[]} modules paths of files
 */
export async function writeEngineTypes(modules) {
  const { outputFiles } = await build({ entryPoints: [seam], format: 'esm', write: false });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  const { readBindings } = await import(`data:text/javascript;base64,${code}`);
  for (const { loader, wasm } of modules) {
    const bindings = readBindings(await instantiate(loader, wasm));
    writeFileSync(loader.replace(/\.js$/, '.d.ts'), declarations(bindings));
  }
}

/** Loaders are for one kind of host each, but this much of each works in Node. */
async function instantiate(loader, wasm) {
  const { default: create } = await import(pathToFileURL(loader).href);
  return create({
    instantiateWasm: (imports, receive) => {
      WebAssembly.instantiate(readFileSync(wasm), imports).then(({ instance, module }) =>
        receive(instance, module),
      );
      return {};
    },
  });
}

function declarations(bindings) {
  const classes = bindings.filter(({ kind }) => kind === 'c');
  const letters = classes.map(({ result }) => result);
  if (new Set(letters).size < letters.length) throw new Error('two classes have the same letter');
  const names = { ...Object.fromEntries(classes.map((c) => [c.result, c.name])), ...SCALARS };
  const nameOf = (letter) => {
    if (!names[letter]) throw new Error(`no class has the letter ${letter}`);
    return names[letter];
  };
  const typeOf = (type) => nameOf(type.at(-1)) + (type.length > 1 ? ' | null' : '');
  const list = (types) => types.map((type, n) => `_${n}: ${typeOf(type)}`).join(', ');
  const call = ({ result, parameters }, skip = 0) =>
    `(${list(parameters.slice(skip))}): ${typeOf(result)}`;
  const interfaces = classes.map((each) => {
    const methods = bindings
      .filter(({ kind, parameters }) => kind === 'm' && parameters[0] === each.result)
      .map((method) => `  ${method.name}${call(method, 1)};`);
    return `export interface ${each.name} {\n${methods.join('\n')}\n}`;
  });
  const members = bindings
    .filter(({ kind }) => kind !== 'm')
    .map((each) => {
      if (each.kind === 'c')
        return `  ${each.name}: { new(${list(each.parameters)}): ${each.name} };`;
      return `  ${each.name}${call(each)};`;
    });
  const main = `export interface MainModule {\n  wasmMemory: WebAssembly.Memory;\n${members.join('\n')}\n}`;
  return `${[...interfaces, main].join('\n\n')}\n`;
}
