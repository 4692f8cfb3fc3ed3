/**
 * Turns `movies.json` of vega-datasets into the demo's catalogue. That data set is kept rough on purpose (it
 * teaches data cleaning), so each rule below says which roughness it removes.
 */

/** A row as it stands in movies.json; only what is read here. */
export interface SourceFilm {
  Title: string | number | null;
  'Release Date': string;
  'Major Genre': string | null;
  'Creative Type': string | null;
  Source: string | null;
  Director: string | null;
  'IMDB Rating': number | null;
  'IMDB Votes': number | null;
}

/** An item of the catalogue; `null` never appears, what is not known is left out. */
export interface CatalogueFilm {
  id: string;
  title: string;
  tags: string[];
  popularity: number;
  year: number;
  genre?: string;
  creativeType?: string;
  director?: string;
  rating?: number;
  votes?: number;
}

/** The data ends in 2010, but two-digit years were read as 20xx: 2046 is really 1946. */
const LAST_YEAR = 2012;

/** Windows-1252 text was once read as Mac Roman: these are the letters that stand for others. */
const MISREAD = new Map([
  ['È', 'é'],
  ['Í', 'ê'],
  ['Ë', 'è'],
  ['Î', 'ë'],
  ['Û', 'ó'],
  ['Ù', 'ô'],
  ['˘', 'ù'],
  ['‡', 'à'],
  ['·', 'á'],
  ['‰', 'ä'],
  ['Ω', '½'],
  ['Ö', '…'],
]);

/** The one film without a title is "Unknown" (2006): its name was taken for a missing value. */
const NAMELESS = 'Unknown';

export function yearOf(releaseDate: string): number {
  const year = Number(releaseDate.slice(-4));
  if (!Number.isInteger(year)) throw new Error(`no year in the release date "${releaseDate}"`);
  return year > LAST_YEAR ? year - 100 : year;
}

export function titleOf(source: SourceFilm, year: number): string {
  const raw = String(source.Title ?? NAMELESS);
  const letters = [...raw].map((letter) => MISREAD.get(letter) ?? letter).join('');
  // "Secret, The" is filed under S; "King Kong (1933)" repeats its year.
  const named = letters.replace(/^(.*), (The|An?)$/, '$2 $1').trim();
  return named.endsWith(` (${year})`) ? named.slice(0, -7) : named;
}

export function slugOf(title: string, year: number): string {
  const words = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const slug = words
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return `${slug || 'film'}-${year}`;
}

/**
 * Whole phrases that describe the film. "Original Screenplay" is left out: half of all films have it, so it
 * tells nothing.
 */
function tagsOf(source: SourceFilm, year: number): string[] {
  const origin = source.Source === 'Original Screenplay' ? null : source.Source;
  const tags = [
    source['Major Genre'],
    source['Creative Type'],
    source.Director,
    origin,
    `${Math.floor(year / 10) * 10}s`,
  ];
  return [...new Set(tags.filter((tag) => tag !== null))];
}

/** How sought after a film is: the number of IMDb votes, weighed by the square of how good they were. */
function popularityOf(source: SourceFilm): number {
  const quality = (source['IMDB Rating'] ?? 0) / 10;
  return Math.round((source['IMDB Votes'] ?? 0) * quality * quality);
}

export function catalogueOf(sources: readonly SourceFilm[]): CatalogueFilm[] {
  const taken = new Map<string, number>();
  return sources.map((source) => {
    const year = yearOf(source['Release Date']);
    const title = titleOf(source, year);
    const slug = slugOf(title, year);
    const count = (taken.get(slug) ?? 0) + 1;
    taken.set(slug, count);
    return {
      id: count === 1 ? slug : `${slug}-${count}`,
      title,
      tags: tagsOf(source, year),
      popularity: popularityOf(source),
      year,
      ...(source['Major Genre'] !== null && { genre: source['Major Genre'] }),
      ...(source['Creative Type'] !== null && { creativeType: source['Creative Type'] }),
      ...(source.Director !== null && { director: source.Director }),
      ...(source['IMDB Rating'] !== null && { rating: source['IMDB Rating'] }),
      ...(source['IMDB Votes'] !== null && { votes: source['IMDB Votes'] }),
    };
  });
}
