import { randomNumbers } from './sample-data.js';

/** What would run if a page took it for markup, script or a link. */
const ATTACK = 'document.documentElement.dataset.attacked=1';
export const MARKUP = [
  `<img src=x onerror=${ATTACK}>`,
  `<script>${ATTACK}</script>`,
  `"><svg onload=${ATTACK}>`,
  `' onmouseover='${ATTACK}' autofocus onfocus='${ATTACK}`,
  `javascript:${ATTACK}`,
  `</h3></title></style></textarea><iframe srcdoc="<script>parent.${ATTACK}</script>">`,
  `<a href="javascript:${ATTACK}">press</a>`,
  `<base href="https://elsewhere.invalid/"><form action="https://elsewhere.invalid/">`,
  `<style>*{display:none}</style>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror=${ATTACK}>">`,
  `{{constructor.constructor('${ATTACK}')()}} \${${ATTACK}}`,
  '&lt;b&gt;not bold&lt;/b&gt; &amp;amp;',
];

/** What trips programs that take texts for keys, numbers or plain letters. */
export const OTHER_TEXTS = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'undefined',
  'NaN',
  '../../index.html',
  '\u202egnp.exe \u202dand back',
  '\u2067right to left isolate without an end',
  '\u200b\u200d\ufeff no width',
  `Z${'\u0335\u0321\u0322\u0353\u0347'.repeat(40)}algo`,
  '👩‍👩‍👧‍👦'.repeat(60),
  'عنوان من اليمين إلى اليسار',
  'W'.repeat(400),
  '\u0007bell \u001b[31m and escape',
  '=HYPERLINK("https://elsewhere.invalid/")',
];

export interface HostileFiles {
  ratings: string | Uint8Array;
  movies: string | Uint8Array;
}

const PEOPLE = 300;
const FILMS = 200;
const EACH = 40;

/**
 * MovieLens' two files with other titles, ids and genres in the first films, which most people have rated: so they are on the
 * first shelves.
 */
export function hostileFiles(texts: {
  titles: readonly string[];
  ids: readonly string[];
  genres: readonly string[];
}): HostileFiles {
  const random = randomNumbers(23);
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const idOf = (film: number) => texts.ids[film] ?? String(film + 1);
  const films = Array.from({ length: FILMS }, (_, film) => {
    // A genre ends at a bar.
    const genre = (texts.genres[film % (texts.genres.length + 1)] ?? 'Drama').replaceAll('|', '');
    return [idOf(film), texts.titles[film] ?? `Film ${film} (1990)`, genre].map(quoted).join(',');
  });
  const ratings: string[] = [];
  const hostile = Math.max(texts.titles.length, texts.ids.length, 1);
  for (let person = 1; person <= PEOPLE; person++) {
    const chosen = new Set<number>();
    for (let film = 0; film < hostile; film++) if (random() < 0.6) chosen.add(film);
    while (chosen.size < EACH) chosen.add(Math.floor(random() * FILMS));
    for (const film of chosen)
      ratings.push(`${person},${quoted(idOf(film))},5,${1_500_000_000 + film}`);
  }
  return {
    ratings: `userId,movieId,rating,timestamp\n${ratings.join('\n')}\n`,
    movies: `movieId,title,genres\n${films.join('\n')}\n`,
  };
}
