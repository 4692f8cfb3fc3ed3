import { middleMean } from '../middle.mjs';
import { linesOf } from '../text.mjs';

/** It keeps a weight of every term for every document, so time and memory grow as the square. */
const NUM_DOCUMENTS = 1000;
const NUM_QUERIES = 20;

export async function run({ read }, { task }) {
  const { Corpus } = await import('tiny-tfidf');
  const documents = linesOf(await read('documents')).slice(0, NUM_DOCUMENTS);
  const queries = linesOf(await read('queries')).slice(0, NUM_QUERIES);
  const names = documents.map((_, index) => String(index));
  const start = performance.now();
  const corpus = new Corpus(names, documents);
  corpus.getDocumentVector(names[0]); // it weighs the documents when first asked
  const seconds = (performance.now() - start) / 1000;
  const times = [];
  const lists = [];
  for (const query of queries) {
    const begin = performance.now();
    const found = corpus.getResultsForQuery(query).slice(0, task.k);
    times.push((performance.now() - begin) / 1000);
    lists.push(found.map(([name]) => Number(name)));
  }
  return { seconds: { build: seconds, query: middleMean(times) }, lists };
}
