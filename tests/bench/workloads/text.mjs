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
    const { modelFile } = await recommender.train(rows, {
      model: 'tf_idf',
      settings: { weighting: 'tf_idf' }, // as scikit-learn weighs
      use: false,
    });
    return modelFile;
  } finally {
    await recommender.close();
  }
}

const LONG = { numDocuments: 10_000, numQueries: 100 };
const QUICK_LONG = { numDocuments: 500, numQueries: 10 };

/** A catalogue of long texts in one language; see programs/catalog-texts.mjs. */
function longTexts({ name, language, chinese }) {
  return {
    name,
    title: `10,000 ${language} texts of 1,000 characters: index, a query, an event`,
    program: 'catalog-texts',
    measures: {
      index: { label: 'index', unit: 'ms' },
      query: { label: 'a query', unit: 'ms' },
      event: { label: 'an event', unit: 'ms' },
    },
    contestants: ['node', 'chromium', 'firefox'],
    wasm: ['simd, 1', 'relaxed-threads, 2'],
    rounds: 3,
    whatBoundsIt:
      'folding and splitting the texts and looking each term up; the postings of the words of what was liked.',
    load: async ({ quick, folder }) => {
      const { generateLongDocuments } = await import('../data/long-documents.mjs');
      const { documents, queries } = generateLongDocuments({
        ...(quick ? QUICK_LONG : LONG),
        chinese,
      });
      const files = { documents: join(folder, 'documents'), queries: join(folder, 'queries') };
      await writeFile(files.documents, documents.map((text) => `${text}\n`).join(''));
      await writeFile(files.queries, queries.map((text) => `${text}\n`).join(''));
      return {
        description: `${documents.length} generated texts; up to 40 liked of them`,
        files,
        task: { k: K, builds: quick ? 1 : 3, events: quick ? 6 : 40 },
      };
    },
  };
}

/** @type {import('../measure.mjs').Workload[]} */
export const workloads = [
  longTexts({ name: 'texts-english', language: 'English', chinese: false }),
  longTexts({ name: 'texts-chinese', language: 'Chinese', chinese: true }),
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
