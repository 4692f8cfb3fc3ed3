import type { Filter } from '../types.js';
import { asNumber } from './filter.js';
import { foldText } from './fold-text.js';

/** What a query says, apart from each other. */
export interface ParsedQuery {
  /** What is to be looked for. */
  words: string;
  /** What it says of attributes. */
  filters: Filter[];
  /** What must stand in an item as it stands here, and does in some, … */
  phrases: string[];
  /** … and what must not. */
  without: Denial[];
}

export interface Denial {
  what: string;
  /** Where words deny: they and what they are about, as it stands in the query. A title with all of that denies nothing. */
  asked?: string;
}

/** What a query can only be understood by. */
export interface Vocabulary {
  isAttribute(name: string): boolean;
  isTag(phrase: string): boolean;
  /** Whether it stands in any item. */
  isSaid(phrase: string): boolean;
  isInTitle(text: string): boolean;
}

/** `-`, an attribute and a colon, a phrase or word; or what ends a clause. */
const PARTS = /(-?)(?:([\p{L}\p{M}\p{N}_]+):)?(?:"([^"]*)"|([^\s,;"，。；、]+))|[,;，。；、]/gu;
const NEGATIONS = ['not', 'no', 'nothing', 'without', '不要', '没有', '非'];
/** Words between a negation and what it is about. */
const DEGREES = ['a', 'an', 'any', 'the', 'too', 'very', 'so', 'much', 'more', 'really'];
const LONGEST_TAG = 3;
/** 非 begins many words that deny nothing: it must begin the clause, and stand before none of these. */
const CHINESE_NEGATION =
  /(?:不要|没有|(?<![^\s,;，。；、])非(?![常洲凡法得]))((?:(?!的|不要|没有)\p{Script=Han})+)的?/gu;
const CHINESE_DEGREES = /^(?:任何|[太很有看])/;
/** Of what is denied without spaces: each length is looked for in all items. */
const LONGEST_DENIED = 8;

/**
 * Takes a query apart: `-word`, `"a phrase"`, `attribute:value`, `attribute:from..to`, `no X`, `不要X`; web/README.md has
 * the whole grammar. A query with words that deny and that stands in a title is taken as it stands.
 */
export function parseQuery(query: string, known: Vocabulary): ParsedQuery {
  const text = query.replace(/[“”]/g, '"');
  const parsed: ParsedQuery = { words: '', filters: [], phrases: [], without: [] };
  const words: string[] = [];
  const rest = text.replace(CHINESE_NEGATION, (whole, what: string) => {
    const found = what.split(/[和或与]/).map((part) => shortened(part, known));
    if (!found.every((phrase) => phrase !== '')) return whole;
    for (const phrase of found) {
      const end = whole.indexOf(phrase) + phrase.length;
      parsed.without.push({ what: phrase, asked: whole.slice(0, end) });
    }
    return ' ';
  });
  const parts = [...rest.matchAll(PARTS)];
  const wordAt = (n: number) => {
    const [, minus, name, , word] = parts[n] ?? [];
    return minus || name ? undefined : word && foldText(word);
  };
  const phraseAt = (n: number) => parts[n]?.[3] ?? wordAt(n);
  const filterAt = (n: number): Filter | undefined => {
    const [, , name, phrase, word] = parts[n] ?? [];
    return name !== undefined && known.isAttribute(name)
      ? { [name]: operatorsOf(phrase ?? word ?? '') }
      : undefined;
  };

  for (let n = 0; n < parts.length; n++) {
    const [whole = '', minus, name, phrase, word] = parts[n] as RegExpMatchArray;
    const value = phrase ?? word;
    if (value === undefined) continue; // the end of a clause
    const filter = filterAt(n);
    if (filter) {
      parsed.filters.push(minus ? { not: filter } : filter);
    } else if (minus && value !== '') {
      parsed.without.push({ what: name ? `${name}:${value}` : value });
    } else if (phrase !== undefined && name === undefined) {
      if (asSaid(phrase) !== '' && known.isSaid(phrase)) parsed.phrases.push(phrase);
      words.push(phrase);
    } else {
      let next = n + 1;
      let denies = false;
      if (NEGATIONS.includes(wordAt(n) ?? '')) {
        do {
          while (DEGREES.includes(wordAt(next) ?? '')) next++;
          const denied = parts[next]?.[1] ? undefined : filterAt(next);
          if (!denied && phraseAt(next) === undefined) break;
          denies = true;
          if (denied) {
            parsed.filters.push({ not: denied });
            next++;
            continue;
          }
          const length = tagLength(next, phraseAt, known);
          const what = parts.slice(next, next + length).map((_, i) => phraseAt(next + i));
          next += length;
          const asked = parts.slice(n, next).map(([part]) => part);
          parsed.without.push({ what: what.join(' '), asked: asked.join(' ') });
        } while (['or', 'nor'].includes(wordAt(next++) ?? ''));
      }
      if (denies) {
        n = next - 2;
      } else {
        words.push(whole);
      }
    }
  }
  if (parsed.without.some(({ asked }) => asked) && known.isInTitle(text)) {
    return { words: query, filters: [], phrases: [], without: [] };
  }
  parsed.words = words.join(' ');
  return parsed;
}

/** How many words from here on are a tag; one where none are. */
function tagLength(
  first: number,
  wordAt: (n: number) => string | undefined,
  known: Vocabulary,
): number {
  const words: string[] = [];
  let length = 1;
  for (let n = first; words.length < LONGEST_TAG; n++) {
    const word = wordAt(n);
    if (word === undefined) break;
    words.push(word);
    if (known.isTag(words.join(' '))) length = words.length;
  }
  return length;
}

/** Chinese has no spaces: the longest beginning of two characters or more that is said anywhere. */
function shortened(text: string, known: Vocabulary): string {
  let phrase = text.replace(CHINESE_DEGREES, '').slice(0, LONGEST_DENIED);
  while (phrase.length >= 2 && !known.isSaid(phrase)) phrase = phrase.slice(0, -1);
  return phrase.length >= 2 ? phrase : '';
}

function operatorsOf(value: string) {
  const range = /^(.*?)\.\.(.*)$/.exec(value);
  if (!range) return { eq: asNumber(value) };
  const [, from = '', to = ''] = range;
  return { ...(from && { gte: asNumber(from) }), ...(to && { lte: asNumber(to) }) };
}

/** What a word is the same without, as in the index (cpp/src/content/make_character_classes.mjs). */
const DROPPED = /\u0640|(?!\u200b)\p{DI}|(?=\p{M})[\p{scx=Arab}\p{scx=Hebr}]|(?<=i)\u0307/gu;
const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}]+/gu;

/** Folded as the index is, words apart by one space, for comparing what is said. */
export function asSaid(text: string): string {
  return foldText(text).replace(DROPPED, '').replace(BETWEEN_WORDS, ' ').trim();
}

const CLUSTERS = '\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}';
const NO_SPACES = `${CLUSTERS}\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}`;
const OF_WORD = `(?![${NO_SPACES}])[\\p{L}\\p{M}\\p{N}]`;
/** A character that is of one word, or of one letter, with what stands before it. */
const JOINED = new RegExp(`(?<=${OF_WORD})${OF_WORD}|\\p{M}`, 'uy');
/** What has letters that the index knows by pairs alone, unless they stand alone. */
export const OF_CLUSTERS = new RegExp(`[${CLUSTERS}]`, 'u');

/** Whether words stand in a text, whole and in this order; both are `asSaid`. */
export function says(text: string, words: string): boolean {
  const isApart = (at: number) => {
    JOINED.lastIndex = at;
    return !JOINED.test(text);
  };
  let at = text.indexOf(words);
  while (at >= 0 && !(isApart(at) && isApart(at + words.length))) at = text.indexOf(words, at + 1);
  return at >= 0;
}
