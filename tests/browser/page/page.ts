// Loaded from the server as /dist/index.js, as an app would.
import * as inkling from '../../../web/index.js';
import * as lists from '../ranked-lists.js';
import * as sample from '../sample-data.js';

/** What functions run by `evaluate` find in the page, as `window.test`. */
export interface TestPage {
  inkling: typeof inkling;
  sample: typeof sample;
  lists: typeof lists;
  /** Violations of the content security policy, uncaught errors and console errors. */
  problems: string[];
  /** Where Chromium has second copies of databases; the others have no such place. */
  copies(): Promise<IDBFactory | undefined>;
  /** Recommenders that live from one `evaluate` to the next. */
  open: Record<string, inkling.Recommender>;
}

declare global {
  interface Window {
    test: TestPage;
  }
}

const problems: string[] = [];
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  problems.push(`policy: ${violatedDirective} ${blockedURI}`);
});
addEventListener('error', (event) => problems.push(`error: ${event.message}`));
addEventListener('unhandledrejection', (event) => problems.push(`unhandled: ${event.reason}`));
const { error } = console;
console.error = (...parts: unknown[]) => {
  problems.push(`console: ${parts.join(' ')}`);
  error.apply(console, parts);
};

interface StorageBuckets {
  open(name: string): Promise<{ indexedDB: IDBFactory }>;
}

async function copies(): Promise<IDBFactory | undefined> {
  const { storageBuckets } = navigator as { storageBuckets?: StorageBuckets };
  return (await storageBuckets?.open('inkling'))?.indexedDB;
}

window.test = { inkling, sample, lists, problems, copies, open: {} };
