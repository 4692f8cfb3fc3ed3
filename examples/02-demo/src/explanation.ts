import type { Reason, Recommendation, SimilarItem } from 'inkling';
import { ENGLISH, type Phrases, phrase, type SentenceOptions, sentence } from 'inkling/sentences';
import { type Catalogue, type Film, shownName } from './catalogue.ts';
import { counted } from './quantities.ts';

/** Why a film is shown: one line for the card, and the parts its score is made of. */
export interface Explanation {
  line: string;
  /** Empty where the film stands for itself, as in a list of best-known films. */
  parts: readonly { label: string; contribution: number }[];
  score: number;
  /** Which model the score came from, in words. */
  source: string;
}

/** A score is split into at most this many parts and one for the others. */
export const MOST_PARTS = 5;

const LEARNED: Record<string, string> = {
  ials: 'iALS',
  item_neighbors: 'item neighbours',
  user_neighbors: 'user neighbours',
  item_graph: 'RP3beta',
  ease: 'EASE',
  sparse_linear: 'SLIM',
  bpr: 'BPR',
  biased_sgd: 'biased matrix factorization',
  pure_svd: 'PureSVD',
  graph_filter: 'GF-CF',
  ensemble: 'several models',
  hybrid: 'several models and what the films are about',
  sasrec: 'SASRec',
  gru: 'GRU4Rec',
};

/** Models for which the order of the films counts. */
const ORDERED: readonly string[] = ['sasrec', 'gru'];

const SOURCES: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(LEARNED).map(([model, name]) => [model, `Learned from ratings (${name}).`]),
  ),
  tf_idf: 'From what the films are about (TF-IDF).',
  item_vectors: 'From what the films are about (vectors).',
  query: 'From your search.',
  popularity: 'From what most people like.',
};

/** What there is room for under the narrowest cover. */
const LETTERS_OF_A_LINE = 64;

/** What this page has words of its own for; the package has them for the rest. */
const TOLD_HERE: readonly Reason['kind'][] = [
  'event',
  'term',
  'tag',
  'popularity',
  'boost',
  'others',
];

const list = new Intl.ListFormat('en', { type: 'conjunction' });

export type Opinion = 'like' | 'dislike' | 'hide';

/** A tag as the catalogue spells it, a word in quotation marks. */
export function spelled(
  { kind, term = '' }: Pick<Reason, 'kind' | 'term'>,
  { spelling }: Catalogue,
): string {
  return kind === 'tag' ? shownName(spelling.get(term) ?? term) : `“${shownName(term)}”`;
}

/** How the package's sentences speak of this catalogue: by titles, and with tags as they are spelled here. */
function inWords(catalogue: Catalogue): SentenceOptions {
  const word = (term: string) =>
    spelled({ kind: catalogue.spelling.has(term) ? 'tag' : 'term', term }, catalogue);
  const language: Phrases = {
    ...ENGLISH,
    title: (text) => text,
    word,
    because: (words) => ` (${words.map(word).join(', ')})`,
  };
  return { language, titleOf: (id) => titleOf(id, catalogue) };
}

const sourceLine = (source: Recommendation['source'], catalogue: Catalogue) =>
  SOURCES[source] ?? sentence({ source, reasons: [] }, inWords(catalogue));

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const titleOf = (id: string, { films }: Catalogue) => films.get(id)?.title ?? shownName(id);

/** As much of it as is not cut off under a cover: one film or two, and what ties them to this one. */
function eventLine(reasons: readonly Reason[], catalogue: Catalogue): string | undefined {
  const liked = reasons.filter(
    ({ kind, weight = 0, contribution }) => kind === 'event' && weight > 0 && contribution > 0,
  );
  const [first, second] = liked;
  if (!first) return undefined;
  const titles = liked.slice(0, 2).map(({ item = '' }) => titleOf(item, catalogue));
  const terms = (first.terms ?? []).map((term) =>
    spelled({ kind: catalogue.spelling.has(term) ? 'tag' : 'term', term }, catalogue),
  );
  const telling = (films: number, words: number) =>
    [`Because you liked ${list.format(titles.slice(0, films))}`, terms.slice(0, words).join(', ')]
      .filter(Boolean)
      .join(' — ');
  const close = second && second.contribution > 0.6 * first.contribution;
  const lines = (close ? [2, 1] : [1]).flatMap((films) =>
    [2, 1, 0].map((words) => telling(films, words)),
  );
  return lines.find((line) => line.length <= LETTERS_OF_A_LINE) ?? lines.at(-1);
}

function labelOf(
  reason: Reason,
  source: Recommendation['source'],
  catalogue: Catalogue,
  opinions: ReadonlyMap<string, Opinion>,
): string {
  if (reason.kind === 'popularity') return 'Popular with everyone';
  if (reason.kind === 'boost') return 'Your mood';
  if (reason.kind === 'others') return counted(reason.count ?? 0, 'smaller part', 'smaller parts');
  // What is left of the score when each film's own part, what leaving it out takes away, is taken off.
  if (reason.kind === 'model' && ORDERED.includes(source)) return 'All your films together';
  if (reason.kind === 'term' || reason.kind === 'tag') return spelled(reason, catalogue);
  if (reason.kind !== 'event') return capital(phrase(reason, inWords(catalogue)));
  const { item = '' } = reason;
  const title = titleOf(item, catalogue);
  return opinions.get(item) === 'dislike' ? `${title} (not for you)` : title;
}

export function knownFor(film: Film): string {
  if (film.votes === undefined || film.votes === 0) return film.kind ?? 'Little known';
  const people = counted(film.votes, 'person', 'people');
  return film.rating === undefined
    ? `Liked by ${people}`
    : `Rated ${film.rating.toFixed(1)} by ${people}`;
}

export function explainRecommendation(
  { item, score, source, reasons }: Recommendation,
  catalogue: Catalogue,
  opinions: ReadonlyMap<string, Opinion>,
): Explanation {
  const film = catalogue.films.get(item);
  if (!film) return { line: '', parts: [], score, source };
  const matches = reasons
    .filter(
      (reason) => (reason.kind === 'term' || reason.kind === 'tag') && reason.contribution > 0,
    )
    .slice(0, 3)
    .map((reason) => spelled(reason, catalogue));
  // What holds for everybody says less than the person's own films do.
  const supporting = reasons.filter(({ contribution }) => contribution >= 0);
  const strongest = supporting.find(({ kind }) => kind !== 'model') ?? supporting[0];
  const line =
    (strongest && !TOLD_HERE.includes(strongest.kind)
      ? capital(phrase(strongest, inWords(catalogue)))
      : undefined) ??
    (source === 'query' && matches.length > 0 ? `Matches ${list.format(matches)}` : undefined) ??
    eventLine(reasons, catalogue) ??
    (ORDERED.includes(source) ? 'Because of all your films together' : undefined) ??
    (matches.length > 0 ? `Because of ${list.format(matches)}` : knownFor(film));
  const parts = reasons.map((reason) => ({
    label: labelOf(reason, source, catalogue, opinions),
    contribution: reason.contribution,
  }));
  return { line, parts, score, source: sourceLine(source, catalogue) };
}

export function explainSimilar(
  { item, score, source }: SimilarItem,
  to: Film,
  catalogue: Catalogue,
): Explanation {
  const film = catalogue.films.get(item);
  const shared = (film?.tags ?? []).filter((tag) => to.tags.includes(tag) && !/^\d{4}s$/.test(tag));
  const line =
    source in LEARNED || shared.length === 0
      ? `Liked by the same people as ${to.title}`
      : `Shares ${list.format(shared.slice(0, 3).map(shownName))}`;
  return {
    line,
    parts: [{ label: `Likeness to ${to.title}`, contribution: score }],
    score,
    source: sourceLine(source, catalogue),
  };
}
