/**
 * Counts what the page asks of the network, as the browser itself reports it. Nothing is wrapped or patched: these
 * are the same entries that the developer tools show, for the page itself. A worker keeps entries of its own; the
 * engine's worker loads one wasm file, and a larger one when that is needed; of these the package tells the size.
 */

export interface Load {
  /** Within this page's folder, query and all; or the whole address of anything else. */
  address: string;
  /** Size of the answer's body in bytes; 0 when the browser does not say. */
  bytes: number;
}

export class NetworkLedger {
  readonly #atStart: Load[] = [];
  readonly #sinceLoad: Load[] = [];
  /** Sizes of the wasm files that a worker has loaded. */
  #engineAtStart = 0;
  #engineSince = 0;
  #loadedAt = Number.POSITIVE_INFINITY;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    if (page) this.#atStart.push({ address: 'index.html', bytes: page.encodedBodySize });
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) this.#enter(entry as PerformanceResourceTiming);
      this.#onChange();
    }).observe({ type: 'resource', buffered: true });
  }

  get atStart(): readonly Load[] {
    return withEngine(this.#atStart, this.#engineAtStart);
  }

  get sinceLoad(): readonly Load[] {
    return withEngine(this.#sinceLoad, this.#engineSince);
  }

  /** The size of the wasm file in use: another one is that of another file. */
  noteEngine(size: number): void {
    if (this.#loadedAt === Number.POSITIVE_INFINITY) this.#engineAtStart = size;
    else if (size !== this.#engineAtStart) this.#engineSince = size;
    this.#onChange();
  }

  /** From now on every request counts. */
  markLoaded(): void {
    this.#loadedAt = performance.now();
    this.#onChange();
  }

  #enter(entry: PerformanceResourceTiming): void {
    const url = new URL(entry.name, document.baseURI);
    // A saved file is handed over as a blob: address, which never touches the network.
    if (url.protocol === 'blob:') return;
    const folder = new URL('.', document.baseURI).href;
    const address = url.href.startsWith(folder) ? url.href.slice(folder.length) : url.href;
    const load = { address, bytes: entry.encodedBodySize };
    if (entry.startTime > this.#loadedAt) this.#sinceLoad.push(load);
    else this.#atStart.push(load);
  }
}

/** Unless the browser counts a worker's file among those of the page. */
function withEngine(loads: readonly Load[], size: number): readonly Load[] {
  const counted = loads.some(({ address }) => address.endsWith('.wasm'));
  return size === 0 || counted
    ? loads
    : [...loads, { address: 'inkling wasm, loaded by the worker', bytes: size }];
}
