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

window.test = { inkling, sample, lists, problems, open: {} };
