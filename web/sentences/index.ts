import { didYouMean } from '../did-you-mean.js';
import { InklingError } from '../errors.js';
import type { Reason, Recommendation } from '../types.js';
import { CHINESE, ENGLISH, type Phrases } from './phrases.js';

export { CHINESE, ENGLISH, type Phrases, type Told } from './phrases.js';

/** Languages that are there; any other is a table of phrases. */
export const LANGUAGES = { en: ENGLISH, zh: CHINESE } as const;
export type Language = keyof typeof LANGUAGES;

export interface SentenceOptions {
  /** The title of an item; where it gives none, the id is told. */
  titleOf?: (id: string) => string | undefined;
  /** Default `en`. */
  language?: Language | Phrases;
  /** How many reasons for the item are told at most. Default 2. */
  most?: number;
}

const DEFAULT_MOST = 2;
/** What speaks against an item is told when it weighs at least this much of its first reason. */
const WORTH_TELLING = 0.5;

/**
 * Why an item is recommended, as one sentence: its strongest reasons, and what speaks most against it, if that is much.
 * Without reasons, where it came from.
 *
 * @throws InklingError `invalid_argument` for an unknown language
 */
export function sentence(
  { source, reasons, propensity }: Pick<Recommendation, 'source' | 'reasons' | 'propensity'>,
  options: SentenceOptions = {},
): string {
  const phrases = phrasesOf(options);
  // Whatever speaks for it, that is why it is here.
  if (propensity !== undefined && phrases.tried) return phrases.sentence([phrases.tried], []);
  const named = reasons.filter(({ kind }) => kind !== 'others');
  const forIt = named.filter(({ contribution }) => contribution > 0);
  // A score of 0 has a reason, too.
  if (forIt.length === 0) forIt.push(...named.filter(({ contribution }) => contribution === 0));
  const told = forIt.slice(0, options.most ?? DEFAULT_MOST);
  const against = named.find(({ contribution }) => contribution < 0);
  const heavy = against && -against.contribution >= WORTH_TELLING * (told[0]?.contribution ?? 0);
  const inWords = (reason: Reason) => phrase(reason, options);
  return phrases.sentence(
    told.length > 0 ? told.map(inWords) : [phrases.sources[source] ?? phrases.sources.model],
    heavy ? [inWords(against)] : [],
  );
}

/** One reason as a clause. @throws InklingError `invalid_argument` for an unknown language */
export function phrase(reason: Reason, options: SentenceOptions = {}): string {
  const phrases = phrasesOf(options);
  const { kind, item = '', term = '', terms = [], count = 0, context = '', contribution } = reason;
  const { field = '', weight = 1 } = reason;
  const tell = (contribution < 0 && phrases.against[kind]) || phrases.for[kind];
  return tell({
    title: phrases.title(options.titleOf?.(item) || item),
    word: phrases.word(term),
    field,
    disliked: weight < 0,
    because: terms.length > 0 ? phrases.because(terms) : '',
    count,
    context,
    contribution,
  });
}

function phrasesOf({ language = 'en' }: SentenceOptions): Phrases {
  if (typeof language === 'object') return language;
  if (Object.hasOwn(LANGUAGES, language)) return LANGUAGES[language];
  const known = Object.keys(LANGUAGES);
  throw new InklingError(
    'invalid_argument',
    `sentence: the language is "${language}"${didYouMean(String(language), known)}; expected one of ` +
      `${known.join(', ')}, or a table of phrases`,
  );
}
