// Texts of a thousand characters, as articles have them, in English-like words and in Chinese-like characters.
import { mulberry32 } from './power-law.mjs';
import { generateShortDocuments } from './short-documents.mjs';

const CHARACTERS = 1000;
/** Two characters make most words of Chinese; this many are in use. */
const NUM_CHINESE_WORDS = 40_000;
const NUM_CHINESE_CHARACTERS = 3500;
const CHARACTERS_A_CLAUSE = 12;

/** @returns {{ documents: string[], queries: string[] }} */
export function generateLongDocuments({ numDocuments, numQueries, chinese, seed = 1 }) {
  return chinese
    ? chineseDocuments({ numDocuments, numQueries, seed })
    : englishDocuments({ numDocuments, numQueries, seed });
}

function englishDocuments({ numDocuments, numQueries, seed }) {
  const { documents, queries } = generateShortDocuments({
    numDocuments: 4 * numDocuments,
    numQueries,
    seed,
  });
  const parts = documents[Symbol.iterator]();
  const next = () => {
    let text = '';
    while (text.length < CHARACTERS) text += `${parts.next().value ?? documents[0]} `;
    return text.slice(0, CHARACTERS);
  };
  return { documents: Array.from({ length: numDocuments }, next), queries };
}

/** Words of two characters, both by Zipf's law, with commas between. */
function chineseDocuments({ numDocuments, numQueries, seed }) {
  const random = mulberry32(seed);
  const rank = (most) => Math.floor(most ** random()) - 1;
  const words = Array.from({ length: NUM_CHINESE_WORDS }, () =>
    String.fromCharCode(...[0, 1].map(() => 0x4e00 + rank(NUM_CHINESE_CHARACTERS))),
  );
  const word = () => words[rank(NUM_CHINESE_WORDS)];
  const next = () => {
    let text = '';
    while (text.length < CHARACTERS) {
      for (let n = 0; n < CHARACTERS_A_CLAUSE / 2; n++) text += word();
      text += '，';
    }
    return text.slice(0, CHARACTERS);
  };
  return {
    documents: Array.from({ length: numDocuments }, next),
    queries: Array.from({ length: numQueries }, () => `${word()}${word()}`),
  };
}
