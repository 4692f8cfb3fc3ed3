// TF-IDF of short documents.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SIZE = { numDocuments: 20_000, numQueries: 200 };
const QUICK_SIZE = { numDocuments: 2_000, numQueries: 20 };
const K = 10;
const REPEATS = 5;

/** The model file of the documents, whose matrix others can be compared with. */
async function modelFileOf(documents) {
  // Loaded here: the package is built only after this file has been read.
  const { Recommender } = await import('inkling');
  const catalog = documents.map((text, index) => ({ id: String(index), text }));
  const recommender = await Recommender.open({ catalog, storage: 'memory' });
  try {
    const rows = [{ user: 'u', item: '0' }];
    const { modelFile } = await recommender.train(rows, { model: 'tf_idf', use: false });
    return modelFile;
  } finally {
    await recommender.close();
  }
}

/** @type {import('../measure.mjs').Workload[]} */
export const workloads = [
  {
    name: 'tf-idf',
    title: 'TF-IDF of 20,000 short documents: build, and one query',
    program: 'text',
    measures: { build: { label: 'build', unit: 'ms' }, query: { label: 'a query', unit: 'ms' } },
    contestants: [
      'native',
      'node',
      'chromium',
      'firefox',
      'javascript-node',
      'scikit-learn',
      'minisearch',
      'tiny-tfidf',
    ],
    nativeThreads: [1],
    wasm: ['simd, 1', 'relaxed-threads, 2'],
    // Ties at the end of a list are common. The last two rank by BM25: similar work, other lists.
    check: { lists: { share: 0.9 }, except: ['minisearch', 'tiny-tfidf'] },
    whatBoundsIt:
      'the build looks each word up in a hash table; a query adds up the postings of its words, all of them in the cache.',
    load: async ({ quick, folder }) => {
      const { generateShortDocuments } = await import('../data/short-documents.mjs');
      const size = quick ? QUICK_SIZE : SIZE;
      const { documents, queries } = generateShortDocuments({ ...size, seed: 1 });
      const names = ['documents', 'queries', 'matrix'];
      const files = Object.fromEntries(names.map((name) => [name, join(folder, name)]));
      await writeFile(files.matrix, await modelFileOf(documents));
      await writeFile(files.documents, documents.map((text) => `${text}\n`).join(''));
      await writeFile(files.queries, queries.map((text) => `${text}\n`).join(''));
      const words = documents.reduce((sum, text) => sum + text.split(' ').length, 0);
      return {
        description: `${documents.length} generated documents of ${Math.round(words / documents.length)} words, ${queries.length} queries`,
        files,
        task: { k: K, repeats: REPEATS },
      };
    },
  },
];
