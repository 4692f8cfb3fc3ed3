import { middleMean } from '../middle.mjs';
import { linesOf } from '../text.mjs';

/** TF-IDF of words, rows of length 1, with the weights of cpp/include/inkling/term_matrix.h. */
export async function run({ read }, { task }) {
  const documents = linesOf(await read('documents'));
  const queries = linesOf(await read('queries'));
  const start = performance.now();
  const index = build(documents);
  const seconds = (performance.now() - start) / 1000;
  const times = [];
  const lists = [];
  for (const query of queries) {
    lists.push(search(index, query, task.k));
    for (let n = 0; n < task.repeats; n++) {
      const begin = performance.now();
      search(index, query, task.k);
      times.push((performance.now() - begin) / 1000);
    }
  }
  return { seconds: { build: seconds, query: middleMean(times) }, lists };
}

/** Those of cpp/src/content/tokenizer.cpp, which leaves single letters out too. */
const STOP_WORDS = new Set(
  (
    'about after all an and are as at be been but by for from had has have he her his in into is it its not of on or ' +
    'she that the their them they this to was were when which who will with you'
  ).split(' '),
);
const LETTER = /^[a-z]$/;

const wordsOf = (text) =>
  (text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).filter(
    (word) => !STOP_WORDS.has(word) && !LETTER.test(word),
  );

function build(documents) {
  const terms = new Map();
  const postings = []; // per term: documents and counts in turn
  for (const [document, text] of documents.entries()) {
    for (const word of wordsOf(text)) {
      let term = terms.get(word);
      if (term === undefined) {
        term = terms.size;
        terms.set(word, term);
        postings.push([]);
      }
      const list = postings[term];
      if (list[list.length - 2] === document) list[list.length - 1]++;
      else list.push(document, 1);
    }
  }
  const offsets = new Int32Array(terms.size + 1);
  for (const [term, list] of postings.entries())
    offsets[term + 1] = offsets[term] + list.length / 2;
  const places = new Int32Array(offsets[terms.size]);
  const weights = new Float32Array(offsets[terms.size]);
  const idf = new Float64Array(terms.size);
  const squares = new Float64Array(documents.length);
  for (const [term, list] of postings.entries()) {
    idf[term] = Math.log((1 + documents.length) / (1 + list.length / 2)) + 1;
    for (let n = 0, at = offsets[term]; n < list.length; n += 2, at++) {
      const weight = list[n + 1] * idf[term];
      places[at] = list[n];
      weights[at] = weight;
      squares[list[n]] += weight * weight;
    }
  }
  for (let at = 0; at < places.length; at++) weights[at] /= Math.sqrt(squares[places[at]]);
  const scores = new Float64Array(documents.length);
  return { terms, idf, offsets, places, weights, scores };
}

function search({ terms, idf, offsets, places, weights, scores }, query, k) {
  const counts = new Map();
  for (const word of wordsOf(query)) {
    const term = terms.get(word);
    if (term !== undefined) counts.set(term, (counts.get(term) ?? 0) + idf[term]);
  }
  const touched = [];
  for (const [term, weight] of counts) {
    for (let at = offsets[term]; at < offsets[term + 1]; at++) {
      const document = places[at];
      if (scores[document] === 0) touched.push(document);
      scores[document] += weight * weights[at];
    }
  }
  const best = [];
  for (const document of touched) {
    if (best.length === k && scores[best[k - 1]] >= scores[document]) continue;
    if (best.length === k) best.pop();
    let at = best.length;
    while (at > 0 && scores[best[at - 1]] < scores[document]) at--;
    best.splice(at, 0, document);
  }
  for (const document of touched) scores[document] = 0;
  return best;
}
