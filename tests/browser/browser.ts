/** Which browsers run here. Each is there as a package of the system. */
export type BrowserName = 'chromium' | 'firefox' | 'webkit';

/** A page in a tab. */
export interface Tab {
  /** Goes to an address and waits until the page and its scripts are loaded. */
  open(url: string): Promise<void>;
  /**
   * Runs a function in the page. It may only use its arguments and what the page has; arguments and
   * result travel as JSON. An error of the page is thrown here as a `PageError`.
   */
  evaluate<A extends unknown[], R>(work: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** Console errors and uncaught errors since the last `open`, where the driver can hear them. */
  problems(): string[];
}

/** One browser with one page: all that most tests need, and the same for every engine. */
export interface Browser extends Tab {
  readonly name: BrowserName;
  /** Another tab of the same person. It ends with the browser. */
  openTab(): Promise<Tab>;
  /** Ends the browser and every process that was started for it. */
  close(): Promise<void>;
}

/** What was thrown in the page. */
export class PageError extends Error {
  readonly code: string | undefined;

  constructor(thrown: { name: string; message: string; code?: string }) {
    super(thrown.message);
    this.name = thrown.name;
    this.code = thrown.code;
  }
}

type Answered = { value?: unknown } | { thrown: { name: string; message: string; code?: string } };

/** No call of a page takes as long; one that hangs should say so before the test runner gives up. */
const ANSWER_TIMEOUT_SECONDS = 40;

/** An expression that runs the function in the page; it gives a promise of JSON text. */
export function expressionOf(work: (...args: never[]) => unknown, args: unknown[]): string {
  return `(async () => {
    const late = new Promise((_, reject) => {
      const text = 'the page has not answered within ${ANSWER_TIMEOUT_SECONDS} s';
      setTimeout(() => reject(new Error(text)), ${ANSWER_TIMEOUT_SECONDS * 1000});
    });
    try {
      const answer = (${work})(...${JSON.stringify(args)});
      return JSON.stringify({ value: await Promise.race([answer, late]) });
    } catch (error) {
      const { name = 'Error', message = String(error), code } = error ?? {};
      return JSON.stringify({ thrown: { name, message, code } });
    }
  })()`;
}

/** The result in the text that the expression gave. */
export function resultIn(text: string): unknown {
  const answered = JSON.parse(text) as Answered;
  if ('thrown' in answered) throw new PageError(answered.thrown);
  return answered.value;
}

/** Starts a browser. Loaded on demand: a machine that lacks one can still run the others. */
export async function launch(name: BrowserName): Promise<Browser> {
  switch (name) {
    case 'chromium':
      return (await import('./chromium.js')).launchChromium();
    case 'firefox':
      return (await import('./firefox.js')).launchFirefox();
    case 'webkit':
      return (await import('./webkit.js')).launchWebKit();
  }
}

export const BROWSERS: readonly BrowserName[] = ['chromium', 'firefox', 'webkit'];
