import './own-scripts.ts';
import { Recommender } from 'inkling';
import { type Catalogue, loadBuiltIn } from './catalogue.ts';
import { type Loaded, listen, pageNumber, type Use, WAYS, type Way } from './count-ways-out.ts';
import countingWorker from './counting-worker.ts?worker&url';
import { byId, element, say } from './elements.ts';
import { bytes, count, counted, milliseconds } from './quantities.ts';
import { type Stored, storedHere } from './stored-here.ts';

/** Where the made-up opinions are kept, apart from those of the film page. */
const NAME = 'what-leaves';
const OPINIONS = 20;
const STORED_EVERY_MS = 1000;

const ways = Object.keys(WAYS) as Way[];
const uses: Use[] = [];
const loaded: Loaded[] = [];
let workers = 0;
/** Milliseconds since 1970; until then the page is being loaded. */
let loadedAt = Number.POSITIVE_INFINITY;

const sinceLoad = () => uses.filter(({ at }) => at > loadedAt);
/** As short as it is clear: without this page's own folder. */
const short = (address: string) => {
  const folder = new URL('.', document.baseURI).href;
  return address.startsWith(folder) ? address.slice(folder.length) : address;
};

const cells = new Map<string, HTMLElement>();

function buildTable(): void {
  const rows = ways.map((way) => {
    const figures = (['page', 'worker'] as const).map((from) => {
      const cell = element('td', { class: 'number', 'data-testid': `${way}-${from}` }, '0');
      cells.set(`${way} ${from}`, cell);
      return cell;
    });
    return element('tr', {}, element('th', { scope: 'row' }, WAYS[way]), ...figures);
  });
  byId('ways').replaceChildren(...rows);
}

const entry = (name: string, figure?: string) =>
  element(
    'li',
    { class: 'entry' },
    element('span', { class: 'entry-name' }, name),
    figure !== undefined && element('span', { class: 'figure' }, figure),
  );

function showUses(): void {
  if (loadedAt === Number.POSITIVE_INFINITY) return;
  const since = sinceLoad();
  say(byId('count'), count(since.length));
  say(
    byId('count-words'),
    `${since.length === 1 ? 'request, beacon, socket or connection' : 'requests, beacons, sockets and connections'} since this page was loaded`,
  );
  byId('verdict').classList.toggle('verdict-sent', since.length > 0);
  for (const way of ways) {
    for (const from of ['page', 'worker'] as const) {
      const number = since.filter((use) => use.way === way && use.from === from).length;
      const cell = cells.get(`${way} ${from}`) as HTMLElement;
      say(cell, count(number));
      cell.classList.toggle('number-some', number > 0);
    }
  }
  byId('uses-block').hidden = since.length === 0;
  byId('uses').replaceChildren(
    ...since.map(({ by, from, address }) => entry(`${by}, by the ${from}: ${short(address)}`)),
  );
}

function showLoaded(): void {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const own = { address: location.href, bytes: page?.encodedBodySize ?? 0 };
  const before = [own, ...loaded.filter(({ at }) => at <= loadedAt)];
  // Each thread of the engine loads the same script, from the browser's cache.
  const largest = new Map<string, number>();
  for (const { address, bytes: size } of before) {
    const file = address.replace(/#.*/, '');
    largest.set(file, Math.max(size, largest.get(file) ?? 0));
  }
  const total = [...largest.values()].reduce((sum, size) => sum + size, 0);
  say(
    byId('loaded-sum'),
    `${counted(largest.size, 'file')}, ${bytes(total)} as the browser tells.`,
  );
  byId('loaded').replaceChildren(
    ...[...largest].map(([file, size]) =>
      entry(short(file) || 'index.html', size > 0 ? bytes(size) : 'not told'),
    ),
  );
}

function storedRows(stored: Stored): [string, string][] {
  const databases = stored.databases.map(({ name, bucket, stores }): [string, string] => [
    `database ${name}${bucket === undefined ? '' : `, copy in the bucket ${bucket}`}`,
    stores
      .map((store) => counted(store.records, `record in ${store.name}`, `records in ${store.name}`))
      .join(', ') || 'empty',
  ]);
  return [
    ...(databases.length > 0 ? databases : [['databases', 'none'] as [string, string]]),
    [
      'all of it, by the browser’s estimate',
      stored.bytes === undefined ? 'not told' : bytes(stored.bytes),
    ],
    ['cookies', count(stored.cookies)],
    [
      'local storage, session storage',
      `${count(stored.localStorage)}, ${count(stored.sessionStorage)}`,
    ],
    ['caches, service workers', `${count(stored.caches)}, ${count(stored.serviceWorkers)}`],
    ['files of this address', count(stored.files)],
  ];
}

let shownRows = '';

async function showStored(): Promise<void> {
  let rows: [string, string][];
  try {
    rows = storedRows(await storedHere());
  } catch (error) {
    rows = [['not to be read', String(error)]];
  }
  const text = JSON.stringify(rows);
  if (text === shownRows) return;
  shownRows = text;
  byId('stored').replaceChildren(
    ...rows.map(([term, words]) =>
      element('div', {}, element('dt', {}, term), element('dd', {}, words)),
    ),
  );
}

async function watchStored(): Promise<void> {
  for (;;) {
    if (!document.hidden) await showStored();
    await new Promise((resolve) => setTimeout(resolve, STORED_EVERY_MS));
  }
}

/** What a person does on the film page, many times over and at once. */
async function usePlenty(recommender: Recommender, { ranked, films }: Catalogue): Promise<string> {
  const start = performance.now();
  const liked = Array.from(
    { length: OPINIONS },
    () => ranked[Math.floor(Math.random() * Math.min(ranked.length, 500))]?.id ?? '',
  );
  for (const item of liked) {
    await recommender.record({ item, type: Math.random() < 0.8 ? 'like' : 'dislike' });
  }
  const [list, found, similar, profile] = await Promise.all([
    recommender.recommend({ k: 12 }),
    recommender.recommend({ query: 'quiet science fiction', k: 12 }),
    recommender.similar(liked[0] ?? '', { k: 12 }),
    recommender.profile(),
  ]);
  const titles = list.slice(0, 3).map(({ item }) => films.get(item)?.title ?? item);
  return (
    `${OPINIONS} opinions recorded, ${count(list.length + found.length + similar.length)} entries of three lists and a ` +
    `profile of ${counted(profile.interests.length, 'interest')} computed, in ${milliseconds(performance.now() - start)}. ` +
    `The list begins with ${titles.join(', ')}.`
  );
}

async function sendTest(): Promise<string> {
  const address = new URL('icon.svg?test', document.baseURI);
  try {
    const { status } = await fetch(address, { cache: 'no-store', credentials: 'omit' });
    return `This page’s own server was asked for its icon, and answered with ${status}. The counter noticed.`;
  } catch {
    return 'The test request did not get through: you are offline, or the server is gone. That it was tried is counted all the same.';
  }
}

/** One thing at a time; what came of it, or went wrong, is told. */
function onPress(id: string, work: () => Promise<string>): void {
  const button = byId<HTMLButtonElement>(id);
  button.disabled = false;
  button.addEventListener('click', () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    work()
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
      .then((words) => say(byId('happened'), words))
      .then(showStored)
      .finally(() => button.removeAttribute('aria-disabled'));
  });
}

function watchOnline(): void {
  const show = () =>
    say(
      byId('online'),
      navigator.onLine ? 'Just now your browser is online.' : 'Just now your browser is offline.',
    );
  addEventListener('online', show);
  addEventListener('offline', show);
  show();
}

async function start(): Promise<void> {
  buildTable();
  watchOnline();
  listen((note) => {
    if ('use' in note) uses.push(note.use);
    else if ('loaded' in note) loaded.push(note.loaded);
    else workers++;
    showUses();
  });
  const catalogue = await loadBuiltIn();
  const recommender = await Recommender.open({
    catalog: catalogue.items,
    name: NAME,
    workerUrl: new URL(`${countingWorker}#${pageNumber}`, document.baseURI),
  });
  // The browser enters what it has loaded a moment after.
  await new Promise((resolve) => setTimeout(resolve, 500));
  loadedAt = Date.now();
  say(
    byId('counting-in'),
    `Counted in this page and in ${counted(workers, 'worker')} of the recommender; what is tried and fails counts, too.`,
  );
  showUses();
  showLoaded();
  onPress('use', () => usePlenty(recommender, catalogue));
  onPress('send', sendTest);
  onPress('forget', async () => {
    await recommender.erase();
    return 'Erased. The made-up opinions are gone, and so is their database.';
  });
  document.documentElement.dataset.ready = 'true';
  await watchStored();
}

start().catch((error: unknown) => {
  say(byId('start-problem-words'), error instanceof Error ? error.message : String(error));
  byId('start-problem').hidden = false;
  say(byId('count-words'), 'nothing is counted');
});
