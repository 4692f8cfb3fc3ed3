// Documents like a catalogue's descriptions, and queries of two to four of their words:
//   node tests/bench/data/short-documents.mjs DOCUMENTS QUERIES [NUMBER]
// writes both as text, one a line.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { mulberry32 } from './power-law.mjs';

/** The most frequent English words, with about how often each stands among a hundred words. */
const FUNCTION_WORDS = Object.entries({
  ...{ the: 6.2, of: 3.1, and: 2.9, a: 2.4, to: 2.3, in: 2.1, is: 1.3, for: 1.1, that: 1, it: 0.9 },
  ...{ with: 0.9, as: 0.8, on: 0.8, his: 0.7, by: 0.7, from: 0.6, are: 0.6, an: 0.5, at: 0.5 },
  ...{ who: 0.5, he: 0.5, be: 0.5, this: 0.5, has: 0.4, her: 0.4, their: 0.4, one: 0.4, she: 0.3 },
  ...{ they: 0.3, not: 0.3, or: 0.3, but: 0.3, which: 0.3, into: 0.2, when: 0.2, all: 0.2 },
  ...{ two: 0.2, out: 0.2, after: 0.2, new: 0.2, can: 0.2, was: 0.2, have: 0.2, if: 0.1, I: 0.1 },
});
const NUM_CONTENT_WORDS = 50_000;
/** A content word's weight is 1 / (rank + this): Zipf's law as Mandelbrot has it. */
const RANK_OFFSET = 10;
const MEAN_WORDS = 63;
const FEWEST_WORDS = 20;
/** Shares of what is no plain word. */
const NUMBER_SHARE = 0.01;
const ACCENTED_SHARE = 0.002;
const TYPOGRAPHIC_SHARE = 0.05; // of documents: dashes and apostrophes that are not ASCII

const ONSETS = 'b c d f g h j k l m n p r s t v w st tr ch sh pr gr br pl cl th'.split(' ');
const VOWELS = 'a e i o u a e i o ea ou ai'.split(' ');
const CODAS = ['', '', '', 'n', 'r', 's', 't', 'l', 'd', 'ng', 'ck', 'nt'];

/**
 * @param {{ numDocuments?: number, numQueries?: number, seed?: number }} [options]
 * @returns {{ documents: string[], queries: string[] }} The same options give the same.
 */
export function generateShortDocuments({ numDocuments = 20_000, numQueries = 200, seed = 1 } = {}) {
  const random = mulberry32(seed);
  const functionWords = sampler(FUNCTION_WORDS, random);
  const contentWords = sampler(
    vocabulary(random).map((word, rank) => [word, 1 / (rank + RANK_OFFSET)]),
    random,
  );
  const functionShare = FUNCTION_WORDS.reduce((sum, [, percent]) => sum + percent / 100, 0);
  const nextWord = () => {
    if (random() < functionShare) return functionWords();
    const kind = random();
    if (kind < NUMBER_SHARE) return String(Math.floor(random() ** 4 * 2100));
    const word = contentWords();
    return kind < NUMBER_SHARE + ACCENTED_SHARE ? word.replace(/[eo]/, accented) : word;
  };
  const documents = Array.from({ length: numDocuments }, () => {
    // Lengths are skewed, as those of texts that people write are.
    const length = FEWEST_WORDS + Math.floor(-Math.log(1 - random()) * (MEAN_WORDS - FEWEST_WORDS));
    const words = Array.from({ length }, nextWord);
    return punctuated(words, random);
  });
  const queries = Array.from({ length: numQueries }, () =>
    Array.from({ length: 2 + Math.floor(random() * 3) }, contentWords).join(' '),
  );
  return { documents, queries };
}

const accented = (letter) => (letter === 'e' ? 'é' : 'ö');

/** Sentences with capitals, commas and full stops. */
function punctuated(words, random) {
  const typographic = random() < TYPOGRAPHIC_SHARE;
  const dash = typographic ? ' – ' : ' - ';
  const apostrophe = typographic ? '’' : "'";
  let text = '';
  let starts = true;
  words.forEach((word, n) => {
    text += starts || random() < 0.06 ? word.charAt(0).toUpperCase() + word.slice(1) : word;
    starts = n === words.length - 1 || random() < 0.06;
    const sign = random();
    if (starts) text += '. ';
    else if (sign < 0.06) text += ', ';
    else if (sign < 0.07) text += dash;
    else if (sign < 0.085) text += `${apostrophe}s `;
    else if (sign < 0.095) text += '-';
    else text += ' ';
  });
  return text.trim();
}

/** Distinct words; the frequent ones are shorter. */
function vocabulary(random) {
  const taken = new Set(FUNCTION_WORDS.map(([word]) => word));
  const words = [];
  const pick = (list) => list[Math.floor(random() * list.length)];
  while (words.length < NUM_CONTENT_WORDS) {
    const syllables = 1 + Math.floor(random() * (words.length < 1000 ? 2 : 3));
    let word = '';
    for (let n = 0; n < syllables; n++) word += pick(ONSETS) + pick(VOWELS);
    word += pick(CODAS);
    if (taken.has(word)) continue;
    taken.add(word);
    words.push(word);
  }
  return words;
}

/** A function that draws a word with probability in proportion to its weight. */
function sampler(weighted, random) {
  const sums = new Float64Array(weighted.length);
  let total = 0;
  weighted.forEach(([, weight], n) => {
    total += weight;
    sums[n] = total;
  });
  return () => {
    const wanted = random() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] > wanted) high = middle;
      else low = middle + 1;
    }
    return weighted[low][0];
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [documentsFile, queriesFile, number] = process.argv.slice(2);
  const numDocuments = number === undefined ? undefined : Number(number);
  const { documents, queries } = generateShortDocuments({ numDocuments });
  writeFileSync(documentsFile, `${documents.join('\n')}\n`);
  writeFileSync(queriesFile, `${queries.join('\n')}\n`);
}
