import { type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type MovieLensOptions, readMovieLens } from '../../../web/catalog/index.js';
import { expectFailure } from './failure.js';
import { realData } from './real-data.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const named = (name: string, content: string | Uint8Array) => ({
  name,
  blob: new Blob([content as Uint8Array<ArrayBuffer>]),
});
const zip = (files: Zippable, name = 'ml.zip') => named(name, zipSync(files));

const RATINGS = 'userId,movieId,rating,timestamp\n1,2,4.5,10\n1,1,3,11\n2,2,5,12\n';
const MOVIES =
  'movieId,title,genres\n1,Toy Story (1995),Adventure|Animation\n' +
  '2,"Net, The (1995)",Crime\n3,No Year,(no genres listed)\n4,Series (2006–2007),Drama\n';
const ITEMS = [
  {
    id: '1',
    title: 'Toy Story (1995)',
    year: 1995,
    tags: ['Adventure', 'Animation'],
    popularity: 1,
  },
  { id: '2', title: 'Net, The (1995)', year: 1995, tags: ['Crime'], popularity: 2 },
  { id: '3', title: 'No Year', popularity: 0 },
  { id: '4', title: 'Series (2006–2007)', year: 2006, tags: ['Drama'], popularity: 0 },
];

describe('readMovieLens', () => {
  const ratings = named('ratings.csv', RATINGS);
  const movies = named('movies.csv', MOVIES);
  const folder = { ratings: bytes(RATINGS), movies: bytes(MOVIES) };
  const noise = { '__MACOSX/ml/._ratings.csv': bytes('\0'), 'ml/README.txt': bytes('Hi') };
  const inFolder = { 'ml/movies.csv': folder.movies, ...noise, 'ml/ratings.csv': folder.ratings };
  const forms: [string, Parameters<typeof readMovieLens>[0]][] = [
    ['both files', [ratings, movies]],
    ['both files in the other order', [movies, named('tags.csv', 'x'), ratings]],
    ['File objects', [new File([RATINGS], 'ratings (1).csv'), new File([MOVIES], 'Movies.csv')]],
    ['a zip of the folder', [zip(inFolder)]],
    ['a zip that is only stored', [named('ml.zip', zipSync(inFolder, { level: 0 }))]],
    ['a zip of one file and the other beside it', [zip({ 'ratings.csv': folder.ratings }), movies]],
  ];
  for (const [what, files] of forms) {
    it(`reads ${what}`, async () => {
      const { items, interactions } = await readMovieLens(files);
      expect(items).toEqual(ITEMS);
      expect(interactions).toMatchObject({ userIds: ['1', '2'], itemIds: ['2', '1'] });
      expect(interactions.values).toEqual(Float32Array.of(4.5, 3, 5));
    });
  }

  it('reads the older .dat files in ISO 8859-1 with quotes as they stand', async () => {
    const old = {
      'ml-1m/ratings.dat': bytes('1::7::5::10\n2::8::4::11\n'),
      'ml-1m/movies.dat': Uint8Array.from(
        '7::Am\xe9lie (2001)::Comedy|Drama\n8::"What" (1990)::War\n',
        (c) => c.charCodeAt(0),
      ),
    };
    const plain = Object.entries(old).map(([name, content]) => named(name, content));
    for (const files of [plain, [zip(old)]]) {
      const { items, interactions } = await readMovieLens(files);
      expect(items).toMatchObject([
        { id: '7', title: 'Amélie (2001)', year: 2001, tags: ['Comedy', 'Drama'] },
        { id: '8', title: '"What" (1990)', year: 1990, tags: ['War'] },
      ]);
      expect(interactions.users).toHaveLength(2);
    }
  });

  it('gives films their id as title when there are ratings only', async () => {
    const { items } = await readMovieLens([ratings]);
    expect(items).toEqual([
      { id: '2', title: '2', popularity: 2 },
      { id: '1', title: '1', popularity: 1 },
    ]);
  });

  it('adds rated films that the movies file does not have', async () => {
    const few = named('movies.csv', 'movieId,title,genres\n1,Toy Story (1995),Adventure\n');
    const { items } = await readMovieLens([ratings, few]);
    expect(items.map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('keeps ratings of at least minValue', async () => {
    const { interactions } = await readMovieLens([ratings], { minValue: 4 });
    expect(interactions.users).toHaveLength(2);
  });

  it('reads ml-latest-small, as a folder and as a zip', async () => {
    const rows = Array.from({ length: 100_836 }, (_, n) => `${n % 610},${n % 9724},4,${n}`);
    const films = Array.from({ length: 9742 }, (_, n) => `${n},"T, ${n} (1995)",Drama|War`);
    const real = {
      'ml/ratings.csv':
        realData('ml-latest-small/ratings.csv') ??
        bytes(['userId,movieId,rating,timestamp', ...rows].join('\n')),
      'ml/movies.csv':
        realData('ml-latest-small/movies.csv') ??
        bytes(['movieId,title,genres', ...films].join('\n')),
    };
    const seen: number[] = [];
    const options: MovieLensOptions = { onProgress: ({ fraction }) => seen.push(fraction) };
    const fromZip = await readMovieLens([zip(real)], options);
    expect(fromZip.items).toHaveLength(9742);
    expect(fromZip.interactions.users).toHaveLength(100_836);
    expect(fromZip.interactions.userIds).toHaveLength(610);
    expect(fromZip.interactions.itemIds).toHaveLength(9724);
    expect(seen.at(-1)).toBe(1);
    const files = Object.entries(real).map(([name, content]) => named(name, content));
    expect(await readMovieLens(files)).toEqual(fromZip);
  });

  it('refuses movies without ratings and says what to add', () =>
    expectFailure(
      () => readMovieLens([movies]),
      'invalid_interactions',
      'no ratings file',
      'movies.csv',
      'expected ratings.csv',
    ));

  it('refuses no files at all', () =>
    expectFailure(() => readMovieLens([]), 'invalid_interactions', '(none)', 'ratings.csv'));

  it('refuses two ratings files', () =>
    expectFailure(
      () => readMovieLens([ratings, zip({ 'ratings.csv': folder.ratings })]),
      'invalid_argument',
      '2 ratings files',
      'ml.zip/ratings.csv',
      'leave out',
    ));

  it('names archive, file and line of a wrong rating', () =>
    expectFailure(
      () => readMovieLens([zip({ 'ml/ratings.csv': bytes(`${RATINGS}1,2,x,3\n`) })]),
      'invalid_interactions',
      'ml.zip/ml/ratings.csv, line 5',
      '"x"',
    ));

  it('refuses a zip that holds more than it may', () =>
    expectFailure(
      () => readMovieLens([zip({ 'ratings.csv': bytes(RATINGS.repeat(10)) })], { maxBytes: 100 }),
      'too_large',
      'ml.zip',
      'at most 100',
      'maxBytes',
    ));

  it('stops at a zip that holds more than it states', async () => {
    const bomb = zipSync({ 'ratings.csv': bytes(`${RATINGS}${'1,1,1,1\n'.repeat(100_000)}`) });
    const entry = bomb.lastIndexOf(0x02, bomb.length - 22); // of PK\1\2, the list of files
    const list = bomb.subarray(entry - 3);
    new DataView(list.buffer, list.byteOffset).setUint32(24, 50, true);
    await expectFailure(
      () => readMovieLens([named('ml.zip', bomb)]),
      'invalid_interactions',
      'ml.zip',
      'more than the 50 bytes it states',
      'do not trust it',
    );
  });

  it('refuses a zip that is cut off', () =>
    expectFailure(
      () => readMovieLens([named('ml.zip', zipSync(inFolder).subarray(0, 80))]),
      'invalid_interactions',
      'ml.zip',
      'no whole zip archive',
      'download or pack it again',
    ));

  it('refuses a zip whose data is damaged', async () => {
    const damaged = zipSync({ 'ratings.csv': bytes(RATINGS.repeat(500)) });
    damaged.fill(0xff, 60, 90);
    await expectFailure(
      () => readMovieLens([named('ml.zip', damaged)]),
      'invalid_interactions',
      'ml.zip',
      'ratings.csv',
    );
  });

  it('never answers arbitrary damage with anything but its own error', async () => {
    const whole = zipSync(inFolder);
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] as number) ^ 0x55;
      const outcome = await readMovieLens([named('ml.zip', damaged)]).catch((error) => error);
      if (outcome instanceof Error) expect(['InklingError']).toContain(outcome.name);
    }
  });

  it('stops when its signal fires', () =>
    expectFailure(() => readMovieLens([ratings], { signal: AbortSignal.abort() }), 'aborted'));
});
