import type { Reason, Recommendation, SimilarItem } from 'inkling';
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
};

const SOURCES: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(LEARNED).map(([model, name]) => [model, `Learned from ratings (${name}).`]),
  ),
  tf_idf: 'From what the films are about (TF-IDF).',
  query: 'From your search.',
  popularity: 'From what most people like.',
};

const list = new Intl.ListFormat('en', { type: 'conjunction' });

export type Opinion = 'like' | 'dislike';

/** A tag as the catalogue spells it, a word in quotation marks. */
export function spelled(
  { kind, term = '' }: Pick<Reason, 'kind' | 'term'>,
  { spelling }: Catalogue,
): string {
  return kind === 'tag' ? shownName(spelling.get(term) ?? term) : `“${shownName(term)}”`;
}

function eventLine(reasons: readonly Reason[], catalogue: Catalogue): string | undefined {
  const liked = reasons.filter((reason) => reason.kind === 'event' && reason.contribution > 0);
  const [first, second] = liked;
  if (!first) return undefined;
  const close =
    second && second.contribution > 0.6 * first.contribution ? [first, second] : [first];
  const titles = close.map(({ item = '' }) => catalogue.films.get(item)?.title ?? shownName(item));
  const terms = (first.terms ?? [])
    .slice(0, 2)
    .map((term) =>
      spelled({ kind: catalogue.spelling.has(term) ? 'tag' : 'term', term }, catalogue),
    );
  const because = `Because you liked ${list.format(titles)}`;
  return terms.length > 0 ? `${because} — ${terms.join(', ')}` : because;
}

function labelOf(
  reason: Reason,
  catalogue: Catalogue,
  opinions: ReadonlyMap<string, Opinion>,
): string {
  if (reason.kind === 'popularity') return 'Popular with everyone';
  if (reason.kind === 'others') return counted(reason.count ?? 0, 'smaller part', 'smaller parts');
  if (reason.kind !== 'event') return spelled(reason, catalogue);
  const { item = '' } = reason;
  const title = catalogue.films.get(item)?.title ?? shownName(item);
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
  const line =
    (source === 'query' && matches.length > 0 ? `Matches ${list.format(matches)}` : undefined) ??
    eventLine(reasons, catalogue) ??
    (matches.length > 0 ? `Because of ${list.format(matches)}` : knownFor(film));
  const parts = reasons.map((reason) => ({
    label: labelOf(reason, catalogue, opinions),
    contribution: reason.contribution,
  }));
  return { line, parts, score, source: SOURCES[source] ?? source };
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
    source: SOURCES[source] ?? source,
  };
}
