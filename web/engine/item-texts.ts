import type { ItemTexts } from '#engine-module';
import { InklingError } from '../errors.js';
import type { FieldOptions, FilterValue, Item } from '../types.js';
import { asNumber } from './filter.js';
import { foldTag, foldText } from './fold-text.js';
import { owning } from './heap.js';
import { numberBins } from './number-bins.js';
import type { ServingEngine } from './serving-engine.js';
import { eventsHandled, throwIfAborted } from './slices.js';
import { check } from './status.js';
import { encodeDocuments } from './training-set.js';

/** Splits a text into terms. `field` is undefined for a query. */
export type Tokenize = (text: string, field: string | undefined) => readonly string[];

/** How items become terms: the same for all of an engine's rankers and models. */
export interface TextSettings {
  fields?: Readonly<Record<string, FieldOptions>> | undefined;
  stopWords?: readonly string[] | undefined;
  tokenize?: Tokenize | undefined;
}

/** How terms are weighed; the engine's settings of `tf_idf` tell what each is. */
export interface TermWeighting {
  /** Place among the words of the setting. */
  weighting: number;
  k1: number;
  b: number;
}

/** Tags and titles say most of what an item is about. */
export const DEFAULT_FIELDS: Readonly<Record<string, FieldOptions>> = {
  title: 2,
  text: 1,
  tags: { weight: 2, kind: 'tags' },
};
export const DEFAULT_WEIGHTING: TermWeighting = { weighting: 1, k1: 3, b: 0.3 };

/** What stands between tags, and at the beginning of a text that is split already (cpp/include/inkling/term_matrix.h). */
const SEPARATOR = '\u001f';
/** What stands between the field and the tag; between the field and the range of numbers. */
const FIELD_MARKS = { tags: '\u001e', number: '\u001d' };
const MARKED = /^#+|\p{Cc}/gu;
const BATCH_ITEMS = 4096;
const NO_WEIGHTS = new Float32Array();

/** One field, or one side of a field of numbers. */
interface Column {
  tags: boolean;
  weight: number;
  textOf: (item: Item) => string;
  weightOf?: (item: Item) => number;
}

/**
 * Describes items by their fields. `items[i]` is the item of index i, undefined where an index has none.
 * The caller deletes the result.
 *
 * @throws InklingError `invalid_argument` where the tokenizer fails
 */
export async function createItemTexts(
  { module, heap, wasm, texts: settings }: ServingEngine,
  items: readonly (Item | undefined)[],
  signal: AbortSignal | undefined,
  { weighting, k1, b }: TermWeighting = DEFAULT_WEIGHTING,
): Promise<ItemTexts> {
  const texts = new module.ItemTexts(items.length);
  try {
    if (settings.stopWords) texts.setStopWords(foldText(settings.stopWords.join('\n')));
    const columns = columnsOf(settings, items);
    for (let begin = 0; begin < items.length; begin += BATCH_ITEMS) {
      throwIfAborted(signal);
      const batch = items.slice(begin, begin + BATCH_ITEMS);
      for (const [number, { tags, weight, textOf, weightOf }] of columns.entries()) {
        const { bytes, offsets } = encodeDocuments(
          batch.map((item) => (item ? textOf(item) : '')),
          foldText,
        );
        const weights = weightOf
          ? Float32Array.from(batch, (item) => (item ? weightOf(item) : 0))
          : NO_WEIGHTS;
        owning((own) => {
          const status = texts.add(
            wasm,
            number,
            tags,
            weight,
            begin,
            own(heap.write(bytes)),
            own(heap.write(offsets)),
            own(heap.write(weights)),
          );
          check(wasm, status);
        });
      }
      await eventsHandled();
    }
    texts.finish(weighting, k1, b);
  } catch (error) {
    texts.delete();
    throw error;
  }
  return texts;
}

/** The text of a query as the engine takes it: words, and behind a mark what tags are looked for. */
export function queryText({ tokenize }: TextSettings, query: string): string {
  if (!tokenize) return foldText(query);
  return `${listed(tokenize, query, undefined)}${FIELD_MARKS.tags}${foldText(query)}`;
}

/** How a word, tag or attribute of that text may be written in the engine. */
export function marksOf({ fields = DEFAULT_FIELDS }: TextSettings, text: string): string[] {
  return [
    text,
    `#${text}`,
    ...Object.keys(fields).flatMap((field) =>
      Object.values(FIELD_MARKS).map((mark) => `#${field}${mark}${text}`),
    ),
  ];
}

/** All that the words of a query are looked for in, value by value. */
export function textsOf({ fields = DEFAULT_FIELDS }: TextSettings, item: Item): string[] {
  return Object.entries(fields).flatMap(([name, options]) =>
    settled(name, options).kind === 'number' ? [] : valuesOf(item[name]),
  );
}

function settled(name: string, options: FieldOptions) {
  const given = typeof options === 'number' ? { weight: options } : options;
  const { weight = 1, kind = name === 'tags' ? 'tags' : 'words' } = given;
  return { weight, kind };
}

function columnsOf(
  { fields = DEFAULT_FIELDS, tokenize }: TextSettings,
  items: readonly (Item | undefined)[],
): Column[] {
  return Object.entries(fields).flatMap(([name, options]): Column[] => {
    const { weight, kind } = settled(name, options);
    if (kind === 'tags') {
      const field = name === 'tags' ? '' : name + FIELD_MARKS.tags;
      const textOf = (item: Item) =>
        valuesOf(item[name])
          .map(foldTag)
          .filter((tag) => tag !== '')
          .map((tag) => field + tag)
          .join(SEPARATOR);
      return [{ tags: true, weight, textOf }];
    }
    if (kind === 'number') {
      const binsOf = numberBins(
        name,
        items.map((item) => numberOf(item?.[name])),
      );
      return [0, 1].map((side) => ({
        tags: true,
        weight,
        textOf: (item) => {
          const bin = binsOf(numberOf(item[name]))[side];
          return bin ? name + FIELD_MARKS.number + bin.label : '';
        },
        weightOf: (item) => binsOf(numberOf(item[name]))[side]?.share ?? 0,
      }));
    }
    const plain = (item: Item) => valuesOf(item[name]).join('\n');
    const textOf = tokenize ? (item: Item) => listed(tokenize, plain(item), name) : plain;
    return [{ tags: false, weight, textOf }];
  });
}

/** A text as the list of what the app's tokenizer makes of it. */
function listed(tokenize: Tokenize, text: string, field: string | undefined): string {
  if (text === '') return SEPARATOR;
  const failed = (what: string, cause?: unknown) =>
    new InklingError(
      'invalid_argument',
      `the tokenizer ${what}; tokenize(text, field) must return an array of strings`,
      { cause },
    );
  let tokens: readonly unknown[];
  try {
    tokens = tokenize(text, field);
  } catch (error) {
    throw failed(`failed on ${JSON.stringify(text.slice(0, 80))} (${String(error)})`, error);
  }
  if (!Array.isArray(tokens) || tokens.some((token) => typeof token !== 'string')) {
    throw failed(`returned ${Array.isArray(tokens) ? 'what is no string' : typeof tokens}`);
  }
  return tokens
    .map((token: string) => SEPARATOR + foldText(token).trim().replace(MARKED, ''))
    .join('');
}

/** An attribute's values as text. */
export function valuesOf(value: unknown): string[] {
  return [value]
    .flat()
    .filter((each) => ['string', 'number', 'boolean'].includes(typeof each))
    .map(String);
}

/** NaN where there is no number. */
function numberOf(value: unknown): number {
  const number = asNumber(value as FilterValue);
  return typeof number === 'number' ? number : Number.NaN;
}
