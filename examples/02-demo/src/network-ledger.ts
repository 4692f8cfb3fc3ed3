/**
 * Counts what the page asks of the network, as the browser itself reports it. Nothing is wrapped or patched: these
 * are the same entries that the developer tools show, for the page itself. A worker keeps entries of its own; the
 * engine's worker loads its one wasm file and then asks for nothing, which the network panel shows too.
 */

export interface Load {
  /** Within this page's folder, query and all; or the whole address of anything else. */
  address: string;
  /** Size of the answer's body in bytes; 0 when the browser does not say. */
  bytes: number;
}

export class NetworkLedger {
  readonly atStart: Load[] = [];
  readonly sinceLoad: Load[] = [];
  #loadedAt = Number.POSITIVE_INFINITY;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    if (page) this.atStart.push({ address: 'index.html', bytes: page.encodedBodySize });
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) this.#enter(entry as PerformanceResourceTiming);
      this.#onChange();
    }).observe({ type: 'resource', buffered: true });
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
    if (entry.startTime > this.#loadedAt) this.sinceLoad.push(load);
    else this.atStart.push(load);
  }
}
