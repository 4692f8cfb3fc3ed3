import type { Info } from 'inkling';
import { byId, element, say } from './elements.ts';
import type { NetworkLedger } from './network-ledger.ts';
import { bytes, counted, milliseconds } from './quantities.ts';

/** The lower half of the panel: what runs, how fast, and what the network was asked for. */

const MODELS: Record<string, string> = {
  ials: 'iALS, trained in this tab',
  item_neighbors: 'item neighbours',
  user_neighbors: 'user neighbours',
  item_graph: 'RP3beta, a walk on the graph of people and films',
  ease: 'EASE',
  sparse_linear: 'SLIM',
  bpr: 'BPR',
  biased_sgd: 'biased matrix factorization',
  pure_svd: 'PureSVD',
  graph_filter: 'GF-CF, a graph filter',
  sasrec: 'SASRec, a transformer that reads films in their order',
  gru: 'GRU4Rec, a network that reads films in their order',
  ensemble: 'several models at once',
  hybrid: 'several models at once, and what the films are about',
  item_vectors: 'vectors of the films',
  popularity: 'popularity',
  tf_idf: 'TF-IDF of the catalogue',
};

export function showEngine(info: Info): void {
  say(byId('panel-variant'), info.variant);
  say(byId('panel-threads'), String(info.threads));
  say(
    byId('panel-model'),
    info.model ? (MODELS[info.model.name] ?? info.model.name) : 'what the films are about',
  );
  say(byId('panel-memory'), bytes(info.bytes.memory));
  say(
    byId('panel-storage'),
    info.storage.kind === 'indexeddb'
      ? 'IndexedDB, in this browser'
      : 'memory, until the tab closes',
  );
  const engine = info.timings.recommend;
  say(byId('panel-engine'), engine === undefined ? '–' : milliseconds(engine));
  const sentences = [...info.why, ...(info.storage.degraded ? [info.storage.degraded] : [])];
  byId('panel-why').replaceChildren(...sentences.map((sentence) => element('li', {}, sentence)));
}

/** `made`: the new list is in the page; `seen`: the browser has painted it. */
export function showUpdateTime(made: number, seen: number): void {
  say(byId('update-ms'), milliseconds(made));
  say(byId('panel-seen'), `, on screen after ${milliseconds(seen)}`);
}

const isProgram = (address: string) => !address.includes(':') && !address.includes('?');

function verdict({ sinceLoad }: NetworkLedger): { headline: string; note: string } {
  const many = counted(sinceLoad.length, 'request');
  if (sinceLoad.length === 0) {
    const note = 'since the page was loaded: no request was made, so nothing can have been sent.';
    return { headline: '0 bytes sent', note };
  }
  // Within this page's folder: an address of elsewhere is a whole one.
  if (sinceLoad.every(({ address }) => isProgram(address))) {
    const note = 'since the page was loaded, for more of its own program: see below.';
    return { headline: many, note };
  }
  return { headline: many, note: 'since the page was loaded; see below which.' };
}

export function showLedger(ledger: NetworkLedger): void {
  const { atStart, sinceLoad } = ledger;
  const { headline, note } = verdict(ledger);
  say(byId('panel-requests'), String(sinceLoad.length));
  say(byId('sent'), headline);
  say(byId('sent-note'), note);
  say(byId('sheet-sent'), headline);
  const row = (address: string, size: number) =>
    element(
      'li',
      { class: 'load' },
      element('span', { class: 'load-name' }, address),
      element('span', { class: 'figure' }, size > 0 ? bytes(size) : 'cached'),
    );
  byId('loads').replaceChildren(...atStart.map(({ address, bytes: size }) => row(address, size)));
  byId('later-loads').replaceChildren(
    ...sinceLoad.map(({ address, bytes: size }) => row(address, size)),
  );
  byId('later').hidden = sinceLoad.length === 0;
}
