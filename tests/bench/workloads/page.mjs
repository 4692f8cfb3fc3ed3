// What a person waits for in a page: the first list, a new list after an event. And what a call over the seam costs.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFactorModel } from '../data/factor-model.mjs';

const NUM_ITEMS = 10_000;
const QUICK_ITEMS = 2_000;
const SEED = 1;

/** A catalogue as apps have one: a title and three tags an item. */
function catalogOf(numItems) {
  const items = Array.from({ length: numItems }, (_, n) => ({
    id: String(n),
    title: `Item ${n} of series ${n % 311}`,
    tags: [`genre ${n % 19}`, `author ${(n * 7) % 1999}`, `year ${1950 + (n % 75)}`],
  }));
  return JSON.stringify(items);
}

async function shopFiles({ quick, folder }) {
  const numItems = quick ? QUICK_ITEMS : NUM_ITEMS;
  const files = { model: join(folder, 'model.safetensors'), catalog: join(folder, 'catalog.json') };
  await writeFactorModel(files.model, { numItems, seed: SEED });
  await writeFile(files.catalog, catalogOf(numItems));
  return { files, description: `${numItems} items with title and tags, a model of 64 factors` };
}

/** @type {import('../measure.mjs').Workload[]} */
export const workloads = [
  {
    name: 'first-list',
    title: 'Open to first list, warm cache, 10k items, 50 events',
    program: 'first-list',
    measures: {
      list: { label: 'open to first list', unit: 'ms' },
      worker: { label: 'of it, the worker’s open', unit: 'ms' },
    },
    contestants: ['chromium', 'firefox'],
    wasm: ['simd, 1', 'relaxed-threads, 2'],
    rounds: 5,
    whatBoundsIt:
      'start of the worker, its script and the wasm file compiled or read from the code cache, the catalogue parsed, ' +
      'its texts weighed, the model file copied.',
    load: async (options) => ({ ...(await shopFiles(options)), task: { pagesBefore: 3 } }),
  },
  {
    name: 'record',
    title: 'record() to the new list in the document, 10k items, IndexedDB',
    program: 'record',
    measures: {
      median: { label: 'median', unit: 'ms' },
      p99: { label: 'p99', unit: 'ms' },
      longestTask: { label: 'longest task of the main thread', unit: 'ms' },
    },
    contestants: ['chromium'],
    wasm: ['simd, 1', 'relaxed-threads, 2'],
    whatBoundsIt:
      'IndexedDB’s strict transaction, the worker’s reading of it, and one list with reasons.',
    load: async (options) => ({
      ...(await shopFiles(options)),
      task: { events: options.quick ? 30 : 300, warmUp: options.quick ? 5 : 30, traced: true },
    }),
  },
  {
    name: 'seam',
    title: 'The seam: an empty call, a megabyte in, a megabyte out',
    program: 'seam',
    measures: {
      call: { label: 'a call', unit: 'ns' },
      megabyteIn: { label: '1 MB in', unit: 'µs' },
      megabyteOut: { label: '1 MB out', unit: 'µs' },
    },
    contestants: ['node', 'chromium', 'firefox'],
    wasm: ['simd, 1', 'relaxed-threads, 1'],
    whatBoundsIt:
      'a call is a function of the table of bindings and the engine’s way into wasm; bytes are one memcpy.',
    load: async ({ quick }) => ({
      description: 'numThreads() of the engine; Buffers of the heap',
      files: {},
      task: { calls: quick ? 10_000 : 200_000, copies: quick ? 20 : 200 },
    }),
  },
];
