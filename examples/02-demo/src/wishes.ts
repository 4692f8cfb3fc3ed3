import type { RecommendOptions } from 'inkling';
import { type Catalogue, shownName } from './catalogue.ts';

/** What a person wishes of "For you" at the moment. It is part of the question only: nothing of it is kept. */
export interface Wish {
  /** From 0, the best scores alone, to 1, variety alone. */
  readonly variety: number;
  readonly surprise: boolean;
  readonly mood: Mood | undefined;
}

export interface Mood {
  readonly name: string;
  /** Tags as the catalogues write them, the most telling first. */
  readonly genres: readonly string[];
}

export const NO_WISH: Wish = { variety: 0, surprise: false, mood: undefined };

/** Moods by the genres of both catalogues, the built-in one and MovieLens. */
const MOODS: readonly Mood[] = [
  {
    name: 'Something light',
    genres: ['Comedy', 'Romantic Comedy', 'Musical', 'Kids Fiction', 'Animation', 'Children'],
  },
  {
    name: 'Something tense',
    genres: ['Thriller/Suspense', 'Horror', 'Thriller', 'Crime', 'Mystery', 'Film-Noir'],
  },
  { name: 'Something moving', genres: ['Drama', 'Romance', 'Based on Real Life Events'] },
  {
    name: 'Something thoughtful',
    genres: ['Documentary', 'Historical Fiction', 'Factual', 'Dramatization', 'War'],
  },
  {
    name: 'Somewhere far away',
    genres: ['Science Fiction', 'Fantasy', 'Adventure', 'Western', 'Sci-Fi'],
  },
];

/** By how many spreads of the scores the films of a mood come further up. */
const MOOD_WEIGHT = 2;
/** A sentence that names more is not read. */
const MOST_NAMED = 2;

const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** Each with those of its genres that the catalogue has; a mood without any is not offered. */
export function moodsOf({ spelling }: Catalogue): Mood[] {
  return MOODS.map(({ name, genres }) => ({
    name,
    genres: genres.flatMap((genre) => spelling.get(genre.toLowerCase()) ?? []),
  })).filter(({ genres }) => genres.length > 0);
}

/**
 * How it is asked. What is not wished is left out, so that nothing more is loaded for it; and variety beside a surprise,
 * which has a measure of its own: together they would leave relevance no weight.
 */
export function optionsOf({ variety, surprise, mood }: Wish): RecommendOptions {
  return {
    ...(variety > 0 && !surprise && { diversify: variety }),
    ...(surprise && { surprise }),
    ...(mood && {
      boost: [{ filter: { tags: { hasAny: mood.genres } }, by: MOOD_WEIGHT }],
    }),
  };
}

export function varietyInWords(variety: number): string {
  if (variety === 0) return 'Best matches';
  if (variety <= 0.3) return 'A little mixed';
  if (variety <= 0.6) return 'A good mix';
  return variety < 1 ? 'Very mixed' : 'All mixed';
}

/** What "For you" is when something is wished of it. */
export function wishInWords({ surprise, mood }: Wish): string {
  return [
    surprise && 'Far from what you know, and seldom met.',
    mood && `More of ${list.format(mood.genres.slice(0, MOST_NAMED).map(shownName))}.`,
  ]
    .filter(Boolean)
    .join(' ');
}
