import type { Item } from 'inkling';

/** What a card shows of an item; everything but `id` and `title` may be unknown. */
export interface Film {
  id: string;
  title: string;
  tags: readonly string[];
  /** Those of the tags one can browse by. */
  genres: readonly string[];
  /** What the card calls it. */
  kind?: string;
  year?: number;
  director?: string;
  rating?: number;
  /** How many people's votes or ratings stand behind it. */
  votes?: number;
  popularity: number;
}

export interface Catalogue {
  items: readonly Item[];
  films: ReadonlyMap<string, Film>;
  /** All films, the best known first. */
  ranked: readonly Film[];
  /** The genres to browse by, the fullest first. */
  genres: readonly string[];
  /** The engine compares tags in lower case; this is how the catalogue spells them. */
  spelling: ReadonlyMap<string, string>;
}

/** More would be a list to read, not a row to choose from. */
const MOST_GENRES = 14;

/** Genres that the built-in data files under "creative type", beside the one genre each film has. */
const CREATIVE_GENRES: ReadonlySet<string> = new Set(['Science Fiction', 'Fantasy', 'Super Hero']);

/** Longer texts would fill the page, and cost it seconds. */
const LONGEST = { title: 200, name: 60 };
/** Letters that show nothing, but steer the direction of what follows, beyond the text that they stand in. */
const STEERING = /[\u202a-\u202e\u2066-\u2069]/g;

/** As much of a text from data as the page shows. Never cut through a letter of two halves. */
function shown(text: string, longest: number): string {
  const plain = text.slice(0, 4 * longest).replace(STEERING, '');
  if (plain.length <= longest && text.length <= 4 * longest) return plain;
  return `${plain
    .slice(0, longest)
    .replace(/\p{Surrogate}$/u, '')
    .trimEnd()}…`;
}

/** A genre, a director or a word, as the page shows it. */
export const shownName = (name: string): string => shown(name, LONGEST.name);

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

function filmOf(
  item: Item,
  title: string,
  genres: readonly string[],
  year?: number,
  votes?: number,
): Film {
  const film: Film = {
    id: item.id,
    title: shown(title, LONGEST.title),
    tags: item.tags ?? [],
    genres: genres.map(shownName),
    popularity: number(item.popularity) ?? votes ?? 0,
  };
  const kind = genres[0] ?? text(item.creativeType);
  const director = text(item.director);
  const rating = number(item.rating);
  if (kind !== undefined) film.kind = shownName(kind);
  if (year !== undefined) film.year = year;
  if (director !== undefined) film.director = shownName(director);
  if (rating !== undefined) film.rating = rating;
  if (votes !== undefined) film.votes = votes;
  return film;
}

function catalogueOf(items: readonly Item[], films: readonly Film[]): Catalogue {
  const sizes = new Map<string, number>();
  for (const genre of films.flatMap((film) => film.genres))
    sizes.set(genre, (sizes.get(genre) ?? 0) + 1);
  const genres = [...sizes].sort((a, b) => b[1] - a[1]).map(([genre]) => genre);
  return {
    items,
    films: new Map(films.map((film) => [film.id, film])),
    ranked: films.toSorted((a, b) => b.popularity - a.popularity),
    genres: genres.slice(0, MOST_GENRES),
    spelling: new Map(films.flatMap(({ tags }) => tags.map((tag) => [tag.toLowerCase(), tag]))),
  };
}

/** `films.json`, which the build makes of vega-datasets. */
export async function loadBuiltIn(): Promise<Catalogue> {
  const response = await fetch(new URL('films.json', document.baseURI));
  if (!response.ok)
    throw new Error(
      `films.json could not be loaded (HTTP ${response.status}); build the demo again`,
    );
  const items = (await response.json()) as Item[];
  const films = items.map((item) => {
    const creative = text(item.creativeType);
    const genres = [
      text(item.genre),
      creative !== undefined && CREATIVE_GENRES.has(creative) ? creative : undefined,
    ];
    const known = genres.filter((genre) => genre !== undefined);
    return filmOf(item, item.title ?? item.id, known, number(item.year), number(item.votes));
  });
  return catalogueOf(items, films);
}

/** MovieLens writes "Lost Children, The (Enfants perdus, Les) (1995)"; a person reads "The Lost Children", 1995. */
export function parseTitle(raw: string): { title: string; year?: number } {
  // From its end and step by step: one pattern for all would take hours for a title of a million spaces.
  const whole = raw.trim();
  const ending = /\((\d{4})(?:[-–]\d{0,4})?\)$/.exec(whole.slice(-11));
  const name = ending ? whole.slice(0, -ending[0].length).trimEnd() : whole;
  const main = name.replace(/(?<=[^\s(]) \([^()]*\)$/, '');
  const title = main.trim().replace(/^(.*), (The|An?|Les?|La|Il|El|Der|Die|Das)$/, '$2 $1');
  return { title, ...(ending && { year: Number(ending[1]) }) };
}

/** Items read from MovieLens' files: all tags are genres, and each film is as popular as it has ratings. */
export function movieLensCatalogue(items: readonly Item[]): Catalogue {
  const films = items.map((item) => {
    const { title, year } = parseTitle(item.title ?? item.id);
    const genres = (item.tags ?? []).filter((tag) => !tag.startsWith('('));
    return filmOf(item, title, genres, year, number(item.popularity) ?? 0);
  });
  return catalogueOf(items, films);
}

/** The same film in another catalogue: same words in the title, same year. */
export function matchKey({ title, year }: Film): string {
  return `${title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')} ${year ?? ''}`;
}
