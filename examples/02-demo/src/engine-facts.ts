import type { Info } from 'inkling';
import { byId, element, say } from './elements.ts';
import { bytes, counted, milliseconds } from './quantities.ts';
import type { NetworkLedger } from './network-ledger.ts';

/** The lower half of the panel: what runs, how fast, and what the network was asked for. */

const MODELS: Record<string, string> = {
  ials: 'iALS, trained in this tab',
  item_neighbors: 'item neighbours',
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

export function showLedger({ atStart, sinceLoad }: NetworkLedger, wasm: number): void {
  say(byId('panel-requests'), String(sinceLoad.length));
  const silent = sinceLoad.length === 0;
  say(byId('sent'), silent ? '0 bytes sent' : counted(sinceLoad.length, 'request'));
  say(
    byId('sent-note'),
    silent
      ? 'since the page was loaded: no request was made, so nothing can have been sent.'
      : 'since the page was loaded, for the engine’s own files; none of them carries data of yours. They are listed below.',
  );
  say(byId('sheet-sent'), silent ? '0 bytes sent' : counted(sinceLoad.length, 'request'));
  const row = (address: string, size: number) =>
    element(
      'li',
      { class: 'load' },
      element('span', { class: 'load-name' }, address),
      element('span', { class: 'figure' }, size > 0 ? bytes(size) : 'cached'),
    );
  const engine = wasm > 0 && !atStart.some(({ address }) => address.endsWith('.wasm'));
  byId('loads').replaceChildren(
    ...atStart.map(({ address, bytes: size }) => row(address, size)),
    ...(engine ? [row('inkling wasm, loaded by the worker', wasm)] : []),
  );
  byId('later-loads').replaceChildren(
    ...sinceLoad.map(({ address, bytes: size }) => row(address, size)),
  );
  byId('later').hidden = silent;
}
