/**
 * Runs before anything else, in the page and in each of its workers: from then on whatever could carry data away is noted,
 * whether or not it succeeds. Functions of the browser are wrapped for that, and the browser's own entries of what it
 * loaded tell of the rest. The page "What leaves this device" shows the notes.
 */

export const WAYS = {
  request: 'Requests (fetch, XMLHttpRequest, EventSource)',
  beacon: 'Beacons',
  socket: 'Sockets (WebSocket, WebTransport)',
  peer: 'Connections to others (WebRTC)',
  load: 'Images, scripts, styles and whatever else is loaded',
  worker: 'New workers and service workers',
  navigation: 'New windows, forms and pages',
} as const;
export type Way = keyof typeof WAYS;

export interface Use {
  way: Way;
  /** What was called, as a programmer knows it. */
  by: string;
  address: string;
  /** Milliseconds since 1970. */
  at: number;
  from: 'page' | 'worker';
}

/** What the browser has loaded, as it says itself. */
export interface Loaded {
  address: string;
  /** 0 where it does not say. */
  bytes: number;
  at: number;
  from: 'page' | 'worker';
}

export type Note = { use: Use } | { loaded: Loaded } | { counting: true };

const inPage = 'document' in globalThis;
const from = inPage ? 'page' : 'worker';

/** Pages count apart from one another: the page gives its number to its workers in their address. */
export const pageNumber = inPage ? crypto.randomUUID() : location.hash.slice(1);
const channel = new BroadcastChannel(`what-leaves ${pageNumber}`);

const notes: Note[] = [];
let listener: ((note: Note) => void) | undefined;

function take(note: Note): void {
  notes.push(note);
  listener?.(note);
}

const tell = (note: Note) => (inPage ? take(note) : channel.postMessage(note));

/** In the page: hears all notes of the page and its workers, from the first one on. */
export function listen(hear: (note: Note) => void): void {
  listener = hear;
  for (const note of notes) hear(note);
}

/** Calls that the browser's own entry of what they loaded is still to come for, and when each was made. */
let awaited: { address: string; at: number }[] = [];
/** An entry that comes later is of something else. */
const PATIENCE_MS = 30_000;

function noteUse(way: Way, by: string, address: unknown): void {
  const given = address instanceof Request ? address.url : String(address ?? '');
  const absolute = given !== '' && URL.canParse(given, location.href);
  const url = absolute ? new URL(given, location.href).href : given;
  // Made in this tab, and never asked of the network.
  if (url.startsWith('blob:') || url.startsWith('data:')) return;
  const at = Date.now();
  awaited = awaited.filter((call) => call.at > at - PATIENCE_MS);
  awaited.push({ address: url, at });
  tell({ use: { way, by, address: url, at, from } });
}

type Owner = Record<string, (...args: unknown[]) => unknown>;

/** @param at which argument is the address */
function wrap(owner: unknown, name: string, way: Way, at = 0): void {
  const original = (owner as Owner | undefined)?.[name];
  if (!original) return; // this browser has no such way
  (owner as Owner)[name] = new Proxy(original, {
    apply: (target, self, args) => {
      noteUse(way, name, args[at]);
      return Reflect.apply(target, self, args);
    },
    construct: (target, args, newTarget) => {
      noteUse(way, name, args[at]);
      return Reflect.construct(target, args, newTarget);
    },
  });
}

const prototypeOf = (name: string) =>
  (globalThis as unknown as Record<string, { prototype: unknown } | undefined>)[name]?.prototype;

wrap(globalThis, 'fetch', 'request');
wrap(globalThis, 'fetchLater', 'request');
wrap(prototypeOf('XMLHttpRequest'), 'open', 'request', 1);
wrap(globalThis, 'EventSource', 'request');
wrap(prototypeOf('Navigator'), 'sendBeacon', 'beacon');
wrap(globalThis, 'WebSocket', 'socket');
wrap(globalThis, 'WebSocketStream', 'socket');
wrap(globalThis, 'WebTransport', 'socket');
wrap(globalThis, 'RTCPeerConnection', 'peer', 1);
wrap(globalThis, 'Worker', 'worker');
wrap(globalThis, 'SharedWorker', 'worker');
wrap(prototypeOf('ServiceWorkerContainer'), 'register', 'worker');
wrap(prototypeOf('Worklet'), 'addModule', 'worker');
wrap(globalThis, 'importScripts', 'load');
if (inPage) {
  wrap(globalThis, 'open', 'navigation');
  wrap(prototypeOf('HTMLFormElement'), 'submit', 'navigation', 1);
}

new PerformanceObserver((entries) => {
  for (const entry of entries.getEntries() as PerformanceResourceTiming[]) {
    const address = entry.name;
    if (address.startsWith('blob:') || address.startsWith('data:')) continue;
    const at = performance.timeOrigin + entry.startTime;
    tell({ loaded: { address, bytes: entry.encodedBodySize, at, from } });
    // A call that was noted is not counted again when its answer has come.
    const call = awaited.findIndex((each) => each.address === address);
    if (call >= 0) awaited.splice(call, 1);
    else tell({ use: { way: 'load', by: entry.initiatorType || 'load', address, at, from } });
  }
}).observe({ type: 'resource', buffered: true });

if (inPage) channel.onmessage = ({ data }: MessageEvent<Note>) => take(data);
else tell({ counting: true });
