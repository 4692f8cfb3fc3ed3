import { InklingError } from '../errors.js';
import type { InteractionTable, Item } from '../types.js';
import { readInteractions } from './delimited.js';
import { readItems } from './item-file.js';
import type { SourceOptions, TextSource } from './text-source.js';
import { openZip } from './zip.js';

/** A file, or bytes with a name: the name tells ratings from movies. */
export type NamedFile = File | { name: string; blob: Blob };

export interface MovieLensOptions extends Pick<SourceOptions, 'onProgress' | 'signal'> {
  /** Keep ratings of at least this. Default: all. */
  minValue?: number;
  /** Unpacked bytes that are accepted of a zip. Default 2 GiB, twice the largest MovieLens. */
  maxBytes?: number;
}

export interface MovieLens {
  /** In the order of the movies file. */
  items: Item[];
  interactions: InteractionTable;
}

/** One of the two files, wherever it was found. */
interface Part {
  kind: 'ratings' | 'movies';
  /** For messages. */
  name: string;
  size: number;
  open(): TextSource;
}

/** ratings.csv, Ratings (1).csv, ml-1m/movies.dat, also gzipped; not ._ratings.csv. */
const PART_NAME = /(?:^|[/\\])(ratings|movies)[^/\\]*\.(csv|dat)(\.gz)?$/i;
const YEAR = /\((\d{4})(?:[-–]\d{0,4})?\)\s*$/;

/**
 * Reads MovieLens: `ratings.csv` and `movies.csv` in any order, `ratings.dat` and `movies.dat` of
 * the older sets, or a zip of the folder. Other files are not read.
 *
 * An item has the film's title as it is written, its `year` when the title ends in one, its genres
 * as tags, and its number of ratings as popularity. Without a movies file, and for films missing in
 * it, the id is the title.
 *
 * @throws InklingError `invalid_interactions` without a ratings file and for unreadable ones,
 *   `invalid_catalog` for an unreadable movies file, `too_large` when a zip holds more than
 *   `maxBytes`, `aborted` when the signal fires.
 */
export async function readMovieLens(
  files: readonly NamedFile[],
  options: MovieLensOptions = {},
): Promise<MovieLens> {
  const parts: Part[] = [];
  for (const file of files) parts.push(...(await partsOf(file, options.maxBytes ?? 2 ** 31)));
  const ratings = onlyPart(parts, 'ratings');
  const movies = onlyPart(parts, 'movies');
  if (ratings === undefined) {
    const given = files.map((file) => file.name).join(', ') || 'none';
    throw new InklingError(
      'invalid_interactions',
      `MovieLens: there is no ratings file among the files (${given}); expected ratings.csv ` +
        '(or ratings.dat), alone or with movies.csv, or the zip of the whole folder.',
    );
  }
  // The ratings are nearly all of the work, so their progress stands for the whole.
  const { onProgress, signal, minValue } = options;
  const interactions = await readInteractions(ratings.open(), {
    ...(ratings.name.includes('.dat')
      ? { columns: ['user', 'item', 'value', 'timestamp'], delimiter: '::', quotes: false }
      : {}),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
    ...(minValue !== undefined && { minValue }),
    name: ratings.name,
    totalBytes: ratings.size,
  });
  const items = movies === undefined ? [] : await readMovies(movies, signal);
  return { items: withRatings(items, interactions), interactions };
}

async function partsOf(file: NamedFile, maxBytes: number): Promise<Part[]> {
  const blob = 'blob' in file ? file.blob : file;
  const start = new Uint8Array(await blob.slice(0, 4).arrayBuffer());
  if (start[0] !== 0x50 || start[1] !== 0x4b) {
    const kind = kindOf(file.name);
    return kind ? [{ kind, name: file.name, size: blob.size, open: () => blob }] : [];
  }
  const entries = (await openZip(blob, file.name)).filter(({ name }) => kindOf(name));
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes) {
    throw new InklingError(
      'too_large',
      `${file.name}: ratings and movies are ${total} bytes unpacked and at most ${maxBytes} are ` +
        'accepted; set maxBytes if you trust the file, or give a smaller MovieLens set.',
    );
  }
  return entries.map((entry) => ({
    kind: kindOf(entry.name) as Part['kind'],
    name: `${file.name}/${entry.name}`,
    size: entry.size,
    open: entry.read,
  }));
}

function kindOf(name: string): Part['kind'] | undefined {
  return PART_NAME.exec(name)?.[1]?.toLowerCase() as Part['kind'] | undefined;
}

function onlyPart(parts: readonly Part[], kind: Part['kind']): Part | undefined {
  const found = parts.filter((part) => part.kind === kind);
  if (found.length <= 1) return found[0];
  throw new InklingError(
    'invalid_argument',
    `MovieLens: there are ${found.length} ${kind} files ` +
      `(${found.map((part) => part.name).join(', ')}); expected one: leave out the others.`,
  );
}

async function readMovies(part: Part, signal: AbortSignal | undefined): Promise<Item[]> {
  const old = part.name.includes('.dat');
  const rows = await readItems(old ? await westernText(part.open()) : part.open(), {
    name: part.name,
    ...(old ? { columns: ['id', 'title', 'genres'], delimiter: '::', quotes: false } : {}),
    ...(signal && { signal }),
  });
  return rows.map((item) => {
    const year = YEAR.exec(item.title ?? '')?.[1];
    return year === undefined ? item : { ...item, year: Number(year) };
  });
}

/** The older files are ISO 8859-1; anything that is UTF-8 is left to the reader. */
async function westernText(source: TextSource): Promise<TextSource> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const chunks = source instanceof Blob ? [await source.arrayBuffer()] : source;
  for await (const chunk of chunks as AsyncIterable<Uint8Array> | ArrayBuffer[]) {
    parts.push(new Uint8Array(chunk));
  }
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Counts ratings into popularity, and adds rated films the movies file does not have. */
function withRatings(items: readonly Item[], interactions: InteractionTable): Item[] {
  const { itemIds } = interactions;
  const counts = new Uint32Array(itemIds.length);
  for (const item of interactions.items) counts[item] = (counts[item] ?? 0) + 1;
  const countOf = new Map(itemIds.map((id, index) => [id, counts[index] as number]));
  const all = items.map((item) => ({ ...item, popularity: countOf.get(item.id) ?? 0 }));
  for (const { id } of items) countOf.delete(id);
  for (const [id, popularity] of countOf) all.push({ id, title: id, popularity });
  return all;
}
