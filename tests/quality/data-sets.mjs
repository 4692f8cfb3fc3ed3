// The data sets of the quality table, as files that the command line reads.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const shared = join(root, '..', 'shared', 'data');
const scratch = join(root, 'tests', 'output', 'quality');

const paths = (folder, names) =>
  Object.fromEntries(Object.entries(names).map(([name, file]) => [name, join(folder, file)]));

/** Lines of "count item item …", one a user, as "user,item" rows. */
function pairsFile(from, to) {
  const text = gunzipSync(readFileSync(from)).toString('utf8');
  const rows = ['user,item'];
  text
    .trimEnd()
    .split('\n')
    .forEach((line, user) => {
      for (const item of line.trim().split(/\s+/).slice(1)) rows.push(`${user},${item}`);
    });
  writeFileSync(to, `${rows.join('\n')}\n`);
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
