// The data sets of the quality table, as files that the command line reads.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import Papa from 'papaparse';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const shared = join(root, '..', 'shared', 'data');
export const scratch = join(root, 'tests', 'output', 'quality');

const paths = (folder, names) =>
  Object.fromEntries(Object.entries(names).map(([name, file]) => [name, join(folder, file)]));

const lines = (file) => gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');

/** Lines of "count item item …", one a user, as "user,item" rows. */
function pairsFile(from, to, choose = (items) => items) {
  const rows = lines(from).flatMap((line, user) =>
    choose(line.trim().split(/\s+/).slice(1), user).map((item) => `${user},${item}`),
  );
  writeFileSync(to, `${['user,item', ...rows].join('\n')}\n`);
}

/** Numbers that look like chance: the first of a user's items by these are a fair sample of them. */
function shuffled(items, user) {
  const key = (item) => {
    const mixed = Math.imul((Number(item) + 1) ^ Math.imul(user + 1, 0x85ebca6b), 0x9e3779b1);
    return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 0;
  };
  return [...items].sort((one, other) => key(one) - key(other));
}
const listed = (text) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
const asItems = (items) => `${items.map((item) => JSON.stringify(item)).join('\n')}\n`;

/** Films of the NCF split with their plots; genres, directors and actors are tags. */
function filmItems(from, to) {
  const [head, ...rows] = lines(from).map((line) => line.split('\t'));
  const items = rows
    .map((row) => Object.fromEntries(head.map((name, n) => [name, row[n]])))
    .filter(({ ncfItem }) => ncfItem !== '')
    .map(({ ncfItem, title, plot, genres, director, actors }) => ({
      id: ncfItem,
      title,
      text: plot,
      tags: [genres, director, actors].flatMap(listed),
    }));
  writeFileSync(to, asItems(items));
}

/** Titles, and the abstracts there are. */
function paperItems(folder, to) {
  const abstracts = new Map(
    lines(join(folder, 'abstracts.jsonl.gz')).map((line) => {
      const { item, abstract } = JSON.parse(line);
      return [item, abstract];
    }),
  );
  const titles = lines(join(folder, 'titles.txt.gz'));
  const items = titles.map((title, n) => ({
    id: String(n),
    title,
    text: abstracts.get(n) ?? '',
  }));
  writeFileSync(to, asItems(items));
}

/** Items of which the genres are known, and nothing else. */
const genreItems = (rows, to) =>
  writeFileSync(to, asItems(rows.map(({ id, genres }) => ({ id, tags: genres }))));

/**
 * Of the shelves that readers put books on, those that have the name of one of Goodreads' genres. The others mostly say the same
 * once more (ya, ya-books, ya-fiction, teen), or what somebody means to do with the book.
 */
const GOODREADS_GENRES = new Set(
  (
    'art biography business chick-lit childrens christian classics comics contemporary cookbooks crime ebooks fantasy ' +
    'fiction gay-and-lesbian graphic-novels historical-fiction history horror humor-and-comedy manga memoir music mystery ' +
    'nonfiction paranormal philosophy poetry psychology religion romance science science-fiction self-help suspense ' +
    'spirituality sports thriller travel young-adult'
  ).split(' '),
);
const OTHER_SPELLINGS = { 'children-s': 'childrens', 'non-fiction': 'nonfiction' };
const genresAmong = (shelves) => [
  ...new Set(
    shelves
      .map((shelf) => OTHER_SPELLINGS[shelf] ?? shelf)
      .filter((shelf) => GOODREADS_GENRES.has(shelf)),
  ),
];

/** Every fifth film, by a hash of its id, is new: its ratings are what is to be found, among the new films alone. */
function newFilms(rows, to) {
  const isNew = (item) => (Math.imul(Number(item) + 1, 0x9e3779b1) >>> 0) % 5 === 0;
  const cells = rows.map((row) => [row, ...row.split('\t')]);
  const films = [...new Set(cells.map(([, , item]) => item))].filter(isNew);
  const found = new Map();
  for (const [, user, item] of cells) {
    if (isNew(item)) found.set(user, (found.get(user) ?? new Set()).add(item));
  }
  const part = (wanted) => cells.filter(([, , item]) => isNew(item) === wanted).map(([row]) => row);
  writeFileSync(to.train, `${part(false).join('\n')}\n`);
  writeFileSync(to.test, `${part(true).join('\n')}\n`);
  const negatives = [...found].map(([user, own]) =>
    [user, ...films.filter((film) => !own.has(film))].join(','),
  );
  writeFileSync(to.negatives, `${negatives.join('\n')}\n`);
}

/**
 * The arguments of `evaluate` that name each set's data, with `$…` for its folder so that they can be printed, or null where
 * the set is not there.
 */
export function dataSets() {
  mkdirSync(scratch, { recursive: true });
  const sets = {};
  const add = (name, folder, title, files, args) => {
    const here = existsSync(folder);
    sets[name] = { title, here, args: here ? args(files) : [] };
  };

  const ncf = join(shared, 'ncf-ml-1m');
  const ncfFiles = paths(ncf, {
    train: 'ml-1m.train.rating.gz',
    test: 'ml-1m.test.rating',
    negatives: 'ml-1m.test.negative.gz',
  });
  add(
    'ncf-ml-1m',
    ncf,
    'MovieLens-1M, NCF split: the last item of each user among 99 unmet ones',
    ncfFiles,
    (files) => ['--train', files.train, '--test', files.test, '--negatives', files.negatives],
  );
  add('ml-1m-ratings', ncf, 'MovieLens-1M ratings, random 90/10', ncfFiles, (files) => {
    // Both parts of the NCF split together are all the ratings.
    const all = join(scratch, 'ml-1m-ratings.tsv');
    writeFileSync(
      all,
      `${gunzipSync(readFileSync(files.train)).toString('utf8').trimEnd()}\n${readFileSync(files.test, 'utf8')}`,
    );
    return ['--interactions', all, '--split', 'random', '--test-fraction', '0.1'];
  });

  add(
    'ml-1m-genres',
    ncf,
    'MovieLens-1M, the last film of each user among all, with the films’ genres',
    ncfFiles,
    (files) => {
      const genres = join(scratch, 'film-genres.ndjson');
      const rows = readFileSync(join(ncf, 'items.tsv'), 'utf8').trimEnd().split('\n').slice(1);
      genreItems(
        rows.map((row) => row.split('\t')).map(([id, , , of]) => ({ id, genres: of.split('|') })),
        genres,
      );
      return ['--train', files.train, '--test', files.test, '--items', genres];
    },
  );

  const texts = join(shared, 'ml-1m-text', 'movies_text.tsv.gz');
  const films = join(scratch, 'films.ndjson');
  const both = existsSync(ncf) && existsSync(texts);
  if (both) filmItems(texts, films);
  sets['ncf-ml-1m-texts'] = {
    title: 'MovieLens-1M, NCF split, with the films’ plots, genres, directors and actors',
    here: both,
    args: both ? [...sets['ncf-ml-1m'].args, '--items', films] : [],
  };
  const fresh = paths(scratch, {
    train: 'new-films-train.tsv',
    test: 'new-films-test.tsv',
    negatives: 'new-films-negatives.csv',
  });
  const everything = join(scratch, 'ml-1m-ratings.tsv');
  if (both) newFilms(readFileSync(everything, 'utf8').trimEnd().split('\n'), fresh);
  sets['ml-1m-new-films'] = {
    title:
      'MovieLens-1M, a fifth of the films new: nobody has rated them; ranked among the new films',
    here: both,
    args: both
      ? [
          '--train',
          fresh.train,
          '--test',
          fresh.test,
          '--negatives',
          fresh.negatives,
          '--items',
          films,
        ]
      : [],
  };
  sets['ml-1m-newcomers'] = {
    title: 'MovieLens-1M, people who were not there at training, known by their newest films alone',
    here: both,
    args: both ? ['--interactions', everything, '--split', 'users', '--items', films] : [],
  };

  const cite = join(shared, 'citeulike-a');
  const citeFiles = paths(cite, {
    train: 'cf-train-10-users.dat.gz',
    test: 'cf-test-10-users.dat.gz',
    all: 'users.dat.gz',
  });
  add(
    'citeulike-10',
    cite,
    'citeulike-a, 10 papers a user to train, all others to find',
    citeFiles,
    (files) => {
      const train = join(scratch, 'citeulike-10-train.csv');
      const test = join(scratch, 'citeulike-10-test.csv');
      pairsFile(files.train, train);
      pairsFile(files.test, test);
      return ['--train', train, '--test', test];
    },
  );
  const papers = join(scratch, 'papers.ndjson');
  if (existsSync(cite)) paperItems(cite, papers);
  sets['citeulike-10-texts'] = {
    title: 'citeulike-a, 10 papers a user to train, with titles and 1,924 abstracts',
    here: existsSync(cite),
    args: existsSync(cite) ? [...sets['citeulike-10'].args, '--items', papers] : [],
  };
  // The split above trains on the ten papers of each user that have the lowest numbers, which more people have met.
  add(
    'citeulike-random-10-texts',
    cite,
    'citeulike-a, 10 papers a user drawn at random to train, with titles and 1,924 abstracts',
    citeFiles,
    (files) => {
      const train = join(scratch, 'citeulike-random-10-train.csv');
      const test = join(scratch, 'citeulike-random-10-test.csv');
      pairsFile(files.all, train, (items, user) => shuffled(items, user).slice(0, 10));
      pairsFile(files.all, test, (items, user) => shuffled(items, user).slice(10));
      return ['--train', train, '--test', test, '--items', papers];
    },
  );
  add(
    'citeulike-loo',
    cite,
    'citeulike-a, leave-one-out, all papers ranked',
    citeFiles,
    (files) => {
      const all = join(scratch, 'citeulike.csv');
      pairsFile(files.all, all);
      return ['--interactions', all, '--split', 'leave-one-out'];
    },
  );

  const books = join(shared, 'goodbooks-10k');
  add(
    'goodbooks-users',
    books,
    'goodbooks-10k sample, ratings of 4 and more, strong generalization',
    books,
    (folder) => [
      '--interactions',
      join(folder, 'ratings_5pct_users.csv.gz'),
      '--min-value',
      '4',
      '--split',
      'users',
    ],
  );

  const asGenres = 'goodbooks-10k sample, ratings of 4 and more, strong generalization, with';
  sets['goodbooks-genres'] = {
    title: `${asGenres} the books’ genres`,
    here: existsSync(books),
    args: [],
  };
  sets['goodbooks-shelves'] = {
    title: `${asGenres} all shelves as genres`,
    here: existsSync(books),
    args: [],
  };
  if (existsSync(books)) {
    const genres = join(scratch, 'book-genres.ndjson');
    const shelves = join(scratch, 'book-shelves.ndjson');
    const text = gunzipSync(readFileSync(join(books, 'book_metadata_genres.csv.gz')));
    const { data } = Papa.parse(text.toString('utf8'), { header: true, skipEmptyLines: true });
    const shelved = data.map(({ book_id: id, genres: of }) => ({ id, genres: listed(of) }));
    genreItems(shelved, shelves);
    genreItems(
      shelved.map(({ id, genres: of }) => ({ id, genres: genresAmong(of) })),
      genres,
    );
    const { args } = sets['goodbooks-users'];
    sets['goodbooks-genres'].args = [...args, '--items', genres];
    sets['goodbooks-shelves'].args = [...args, '--items', shelves];
  }

  const small = join(shared, 'ml-latest-small');
  for (const split of ['temporal', 'users']) {
    const title = split === 'users' ? 'strong generalization' : 'the latest fifth';
    add(
      `ml-small-${split}`,
      small,
      `MovieLens-latest-small, ratings of 4 and more, ${title}`,
      small,
      (folder) => [
        '--interactions',
        join(folder, 'ratings.csv'),
        '--min-value',
        '4',
        '--split',
        split,
        '--known-items-only',
      ],
    );
  }
  add(
    'ml-small-ratings',
    small,
    'MovieLens-latest-small ratings, random 90/10',
    small,
    (folder) => [
      '--interactions',
      join(folder, 'ratings.csv'),
      '--split',
      'random',
      '--test-fraction',
      '0.1',
    ],
  );
  return sets;
}

/** A command line with places that are the same on every machine. */
export function printable(args) {
  return args
    .map((argument) =>
      argument.startsWith(shared)
        ? argument.replace(shared, '../shared/data')
        : argument.startsWith(scratch)
          ? argument.replace(scratch, 'tests/output/quality')
          : argument,
    )
    .join(' ');
}
