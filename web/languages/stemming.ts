import { foldText } from '../engine/fold-text.js';

const WORDS = /[\p{L}\p{M}\p{N}]+/gu;

/** A tokenizer of one language: its words without the commonest, each brought to its stem. */
export function stemming(
  stem: (word: string) => string,
  stopWords: readonly string[],
): (text: string) => string[] {
  const wordsOf = (text: string) => foldText(text).match(WORDS) ?? [];
  const common = new Set(stopWords.flatMap(wordsOf));
  const stems = new Map<string, string>();
  return (text) =>
    wordsOf(text).flatMap((word) => {
      if (common.has(word)) return [];
      let known = stems.get(word);
      if (known === undefined) {
        known = stem(word);
        stems.set(word, known);
      }
      return known;
    });
}
