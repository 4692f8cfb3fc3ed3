import { median } from '../median.mjs';
import { linesOf } from '../text.mjs';

/** A query takes it seconds, so only some are asked. */
const NUM_QUERIES = 3;

export async function run({ read }, { task }) {
  const { Corpus } = await import('tiny-tfidf');
  const documents = linesOf(await read('documents'));
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
  return { seconds: { build: seconds, query: median(times) }, lists };
}
