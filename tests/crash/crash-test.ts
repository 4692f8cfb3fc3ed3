import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { damageDatabases } from '../browser/damage.js';
import { DIST } from '../browser/places.js';
import { randomNumbers, sampleInteractions } from '../browser/sample-data.js';
import type { StaticServer } from '../browser/server.js';
import { bundled, startTestSite } from '../browser/test-site.js';
import { brokenDatabase, type CrashBrowser, profileIn, startBrowser } from './browsers.js';
import { MODEL_ITEMS, type NumberedEvent } from './events.js';
import { ADDRESS, type Plan, type Told } from './messages.js';
import type { ProcessGroup } from './processes.js';
import { FAULTS, type Findings, Witness } from './witness.js';

/** The package as built for Node: it trains the model that the pages open. */
const node = (await import(
  /* @vite-ignore */ pathToFileURL(join(DIST, 'node.js')).href
)) as typeof import('../../web/index.js');

export interface CrashOptions {
  browser: CrashBrowser;
  kills: number;
  seed?: number;
  /** After how many kills everything is erased, so that the log does not grow for ever. */
  eraseEvery?: number;
  /** After how many kills the database is spoilt on the disk, as a kill does it rarely. Only Chromium is made for it. */
  damageEvery?: number;
  say?: (line: string) => void;
}

export interface CrashResult extends Findings {
  browser: CrashBrowser;
  kills: number;
  /** How many kills came at which moment. */
  moments: Record<Moment, number>;
  /** Kills of a page that had everything acknowledged and was at rest; the others cut something off. */
  idle: number;
  /** Most events that one start found. */
  largestLog: number;
  erasures: number;
  /** Lists and profiles compared with those of an uninterrupted recommender, and how many differed. */
  compared: number;
  different: number;
  /** Starts that were given up, because the browser showed no page. */
  hungStarts: number;
  errors: number;
  /** How often the database was spoilt. */
  damaged: number;
  /** Starts at which the browser itself found its database broken. */
  broken: number;
  seconds: number;
  /** A line for each fault, difference and error. */
  faults: string[];
}

/** When the browser is killed. */
const MOMENTS = ['starting', 'opening', 'recording', 'closing'] as const;
type Moment = (typeof MOMENTS)[number];

/** After which message of the page, how long at most, and how often. */
const PLANNED: Record<Moment, { after: Told['kind'] | null; mostMs: number; share: number }> = {
  starting: { after: null, mostMs: 3000, share: 0.06 },
  opening: { after: 'opening', mostMs: 250, share: 0.14 },
  recording: { after: 'announced', mostMs: 1500, share: 0.65 },
  closing: { after: 'closing', mostMs: 60, share: 0.15 },
};

const EVENTS_A_ROUND = 1500;
const START_TIMEOUT_MS = 30_000;
/** From the page's first message to what it found; later starts have much to compare. */
const FIND_TIMEOUT_MS = 60_000;
const MOST_HUNG_STARTS = 3;
const FAULTS_TOLD = 5;
/** A page that has nothing left to do, or never comes to the moment, is killed then. */
const ROUND_TIMEOUT_MS = 20_000;

/**
 * Kills a browser that records, again and again on one profile, and looks each time what is left.
 *
 * @throws when a browser cannot be started, or a page does not say what it found
 */
export async function crashTest(options: CrashOptions): Promise<CrashResult> {
  const { browser, kills, seed = 1, eraseEvery = 50, damageEvery = 20, say = () => {} } = options;
  const start = performance.now();
  const random = randomNumbers(seed);
  const folder = await mkdtemp(join(tmpdir(), `inkling-crash-${browser}-`));
  const stage = new CrashStage(browser, folder);
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  const witness = new Witness();
  const result: CrashResult = {
    browser,
    kills: 0,
    moments: { starting: 0, opening: 0, recording: 0, closing: 0 },
    idle: 0,
    largestLog: 0,
    erasures: 0,
    compared: 0,
    different: 0,
    hungStarts: 0,
    errors: 0,
    damaged: 0,
    broken: 0,
    seconds: 0,
    faults: [],
    ...witness.findings,
  };
  let eraseDue = false;
  let damageDue = false;
  try {
    await stage.set();
    // One start more than kills: what the last one left is looked at too.
    for (let round = 0; round <= kills; round++) {
      const last = round === kills;
      const moment = last ? 'recording' : momentOf(random());
      const delayMs = PLANNED[moment].mostMs * random();
      eraseDue ||= round > 0 && round % eraseEvery === 0;
      const plan = {
        name: 'a person',
        seed: seed * 100_000 + round,
        most: EVENTS_A_ROUND,
        erase: eraseDue && !last,
      };
      const { acknowledged } = witness.findings;
      const page = await stage.run(witness, plan, { moment, delayMs, last });
      result.hungStarts += page.hungStarts;
      if (page.erased) {
        eraseDue = false;
        result.erasures++;
      }
      result.compared += page.compared;
      result.different += page.different.length;
      result.errors += page.errors.length;
      result.largestLog = Math.max(result.largestLog, witness.size);
      if (page.broken.length > 0) result.broken++;
      const told = [
        ...page.different,
        ...page.errors,
        ...shortened(witness.faults.splice(0)),
        ...page.broken.map((line) => `the browser says: ${line}`),
      ];
      result.faults.push(...told.map((text) => `round ${round}: ${text}`));
      for (const text of told) say(`${browser}, round ${round}: ${text.slice(0, 500)}`);
      if (last) break;
      result.kills++;
      result.moments[moment]++;
      if (page.finished) result.idle++;
      damageDue ||= browser === 'chromium' && result.kills % damageEvery === 0;
      // What was stored and not acknowledged when the page was killed is copied with the next event.
      if (damageDue && witness.findings.acknowledged > acknowledged) {
        await damageDatabases(profileIn(folder), 'IndexedDB');
        damageDue = false;
        result.damaged++;
      }
      if (result.kills % 10 === 0) say(`${browser}: ${progress(result, witness)}`);
    }
  } finally {
    await stage.clear();
    await rm(folder, { recursive: true, force: true });
    process.off('exit', removeNow);
  }
  Object.assign(result, witness.findings, { seconds: (performance.now() - start) / 1000 });
  return result;
}

/** Whether nothing was lost, doubled, invented, disordered or different. */
export function isClean(result: CrashResult): boolean {
  return (
    FAULTS.every((kind) => result[kind] === 0) && result.different === 0 && result.errors === 0
  );
}

function momentOf(chance: number): Moment {
  let sum = 0;
  for (const moment of MOMENTS) {
    sum += PLANNED[moment].share;
    if (chance < sum) return moment;
  }
  return 'recording';
}

/** The first few of many that are alike: a lost database loses every event. */
function shortened(faults: string[]): string[] {
  const left = faults.length - FAULTS_TOLD;
  return left > 0 ? [...faults.slice(0, FAULTS_TOLD), `and ${left} more`] : faults;
}

function progress({ kills, different, errors }: CrashResult, { findings, size }: Witness): string {
  const faults = FAULTS.map((kind) => `${findings[kind]} ${kind}`).join(', ');
  return `${kills} kills, ${findings.acknowledged} events acknowledged, ${size} in the log; ${faults}, ${different} different, ${errors} errors`;
}

/** What one page said, from its start to its end. */
class PageRun {
  compared = 0;
  different: string[] = [];
  errors: string[] = [];
  erased = false;
  finished = false;
  hungStarts = 0;
  /** What the browser said of its own database. */
  broken: string[] = [];
  private readonly heard = new Map<Told['kind'], () => void>();
  private readonly hearing = new Map<Told['kind'], Promise<void>>();

  constructor(
    private readonly witness: Witness,
    readonly plan: Plan,
  ) {
    for (const kind of [
      'loaded',
      'opening',
      'found',
      'announced',
      'closing',
      'finished',
    ] as const) {
      this.hearing.set(kind, new Promise((resolve) => this.heard.set(kind, resolve)));
    }
  }

  /** Resolves when the page has said this for the first time. */
  said(kind: Told['kind']): Promise<void> {
    return this.hearing.get(kind) as Promise<void>;
  }

  hear(told: Told): void {
    const { witness } = this;
    switch (told.kind) {
      case 'found': {
        witness.judge((JSON.parse(told.exported) as { events: NumberedEvent[] }).events);
        witness.begin(this.plan.seed);
        this.compared += told.compared;
        this.different.push(...told.different);
        break;
      }
      case 'erasing':
        witness.eraseBegins();
        break;
      case 'erased':
        this.erased = true;
        witness.eraseEnds(told.left);
        break;
      case 'announced':
        witness.announce(told.end);
        break;
      case 'acknowledged':
        for (const [start, end] of told.ranges) witness.acknowledge(start, end);
        break;
      case 'forgetting':
        witness.forgetting(told.item, told.end);
        break;
      case 'forgot':
        witness.forgot(told.item);
        break;
      case 'finished':
        this.finished = true;
        break;
      case 'failed':
        this.errors.push(told.message);
        break;
    }
    this.heard.get(told.kind)?.();
  }
}

/** A server and the page of the moment. One address for all rounds, for the events belong to it. */
class CrashStage {
  private page: PageRun | null = null;
  private group: ProcessGroup | null = null;
  private site: StaticServer | null = null;

  constructor(
    private readonly browser: CrashBrowser,
    private readonly folder: string,
  ) {}

  async set(): Promise<void> {
    const place = (file: string) => fileURLToPath(new URL(`./page/${file}`, import.meta.url));
    this.site = await startTestSite({
      more: {
        '/crash.html': { body: await readFile(place('index.html')), type: 'text/html' },
        '/crash.js': await bundled(place('page.ts')),
        '/model.safetensors': { body: await modelFile() },
        [ADDRESS]: (body) => this.answer(body),
      },
    });
  }

  /** Starts the browser, lets its page come to the moment, and kills it. */
  async run(
    witness: Witness,
    given: Omit<Plan, 'first'>,
    { moment, delayMs, last }: { moment: Moment; delayMs: number; last: boolean },
  ): Promise<PageRun> {
    const page = new PageRun(witness, { ...given, first: witness.next });
    if (moment === 'starting' && !last) {
      await this.start(page);
      await sleep(delayMs);
      await this.kill();
      return page;
    }
    await this.startUntilLoaded(page);
    try {
      if (moment === 'opening') await page.said('opening');
      else await this.inTime(page.said('found'), FIND_TIMEOUT_MS, page, 'said what it found');
      if (last) return page;
      const { after } = PLANNED[moment];
      const end = new AbortController();
      await Promise.race([
        Promise.race([page.said(after as Told['kind']), page.said('finished')]).then(() =>
          sleep(delayMs),
        ),
        sleep(ROUND_TIMEOUT_MS, undefined, { signal: end.signal }).catch(() => {}),
      ]);
      end.abort();
    } finally {
      await this.kill();
    }
    return page;
  }

  async clear(): Promise<void> {
    await this.kill();
    await this.site?.close();
  }

  private answer(body: string): { body: string; type: string } {
    const { page } = this;
    page?.hear(JSON.parse(body) as Told);
    // A page of a browser that is dead already has nothing to answer.
    return { body: JSON.stringify(page?.plan ?? null), type: 'application/json' };
  }

  private async start(page: PageRun): Promise<void> {
    this.page = page;
    const address = `${this.site?.origin}/crash.html`;
    this.group = await startBrowser(this.browser, this.folder, address);
  }

  private async startUntilLoaded(page: PageRun): Promise<void> {
    for (;;) {
      await this.start(page);
      try {
        await this.inTime(page.said('loaded'), START_TIMEOUT_MS, page, 'shown its page');
        return;
      } catch (error) {
        await this.kill();
        if (++page.hungStarts >= MOST_HUNG_STARTS) throw error;
      }
    }
  }

  /** What the page did, or an error that says what is known. */
  private async inTime(
    work: Promise<void>,
    limitMs: number,
    page: PageRun,
    what: string,
  ): Promise<void> {
    const end = new AbortController();
    const late = sleep(limitMs, 'late' as const, { signal: end.signal }).catch(() => 'ended');
    const outcome = await Promise.race([work, late]);
    end.abort();
    if (outcome !== 'late') return;
    const { ended = 'it still runs', said = '' } = this.group ?? {};
    throw new Error(
      `${this.browser} has not ${what} within ${limitMs / 1000} s (${ended}; ` +
        `the page said: ${page.errors.join('; ') || 'nothing of an error'}). Its last words: ${said.slice(-600).trim()}`,
    );
  }

  private async kill(): Promise<void> {
    const { group } = this;
    this.group = null;
    await group?.end();
    if (group) this.page?.broken.push(...brokenDatabase(group));
    this.page = null;
  }
}

/** A small model of the first items of the catalogue. */
async function modelFile(): Promise<Uint8Array> {
  const recommender = await node.Recommender.open({ storage: 'memory' });
  try {
    const table = sampleInteractions({ items: MODEL_ITEMS });
    const settings = { numFactors: 16 };
    return (await recommender.train(table, { model: 'ials', settings, seed: 4 })).modelFile;
  } finally {
    await recommender.close();
  }
}
