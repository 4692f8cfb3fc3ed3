// Loaded before anything else in a page or worker: from then on every way out that is used there is written down.
import { offered, TRIES } from './tries.js';

export interface Use {
  /** What was used: `fetch`, `<img>`, … or `resource`, which is the browser's own entry of something it loaded. */
  way: string;
  address: string;
  scope: string;
}

/** What the page knows of itself and of its workers, as `window.watch`. */
export interface Watch {
  /** Of all scopes, since the start or the last `forget()`. */
  uses: Use[];
  /** Pages and workers that count: this page, and those that have said so. */
  scopes: string[];
  forget(): void;
  /** Uses the way in the page, or in the first worker: what that came to. */
  use(where: 'page' | 'worker', name: string, address: string): Promise<'used' | 'not offered'>;
}

declare global {
  interface Window {
    watch: Watch;
  }
}

type Message =
  | { kind: 'here'; scope: string }
  | { kind: 'use'; use: Use }
  | { kind: 'try'; scope: string; name: string; address: string }
  | { kind: 'tried'; name: string; outcome: 'used' | 'not offered' };

const isPage = 'document' in self;
const kindOfWorker = self.name.startsWith('em-pthread') ? 'thread' : 'worker';
const scope = isPage ? 'page' : `${kindOfWorker} ${crypto.randomUUID()}`;
const channel = new BroadcastChannel('ways-out');
const uses: Use[] = [];
const scopes = [scope];

const post = (message: Message) => channel.postMessage(message);

function note(way: string, address: unknown): void {
  const use = { way, address: String(address ?? ''), scope };
  if (isPage) uses.push(use);
  else post({ kind: 'use', use });
}

type Owner = Record<string, (...args: unknown[]) => unknown>;

const found = (path: string) =>
  path.split('.').reduce<unknown>((at, name) => (at as Owner | undefined)?.[name], self);

/** Counts calls of a function, whether with `new` or without. */
function watchCalls(path: string, way: string, also?: (result: unknown) => void): void {
  const at = path.lastIndexOf('.');
  const owner = (at < 0 ? self : found(path.slice(0, at))) as Owner | undefined;
  const name = path.slice(at + 1);
  const original = owner?.[name];
  if (!owner || !original) return;
  const replacement = new Proxy(original, {
    apply: (target, self, args) => {
      note(way, args.find((arg) => /^(https?:|wss?:|\/|\.)/.test(String(arg))) ?? args[0]);
      return Reflect.apply(target, self, args);
    },
    construct: (target, args, newTarget) => {
      note(way, args[0]);
      const result = Reflect.construct(target, args, newTarget);
      also?.(result);
      return result;
    },
  });
  Object.defineProperty(owner, name, { value: replacement, writable: true, configurable: true });
}

const CALLS: Record<string, string> = {
  fetch: 'fetch',
  fetchLater: 'fetchLater',
  'XMLHttpRequest.prototype.open': 'XMLHttpRequest',
  'Navigator.prototype.sendBeacon': 'sendBeacon',
  EventSource: 'EventSource',
  WebSocket: 'WebSocket',
  WebTransport: 'WebTransport',
  importScripts: 'importScripts',
  Worker: 'Worker',
  SharedWorker: 'SharedWorker',
  'ServiceWorkerContainer.prototype.register': 'serviceWorker.register',
  'Worklet.prototype.addModule': 'worklet.addModule',
  open: 'window.open',
  'HTMLFormElement.prototype.submit': 'navigation',
};

/** Attributes by which an element makes the browser load something. */
const ATTRIBUTES = ['src', 'srcset', 'data', 'poster', 'href', 'imagesrcset', 'ping'];
const FOLLOWED_ONLY_WHEN_PRESSED = new Set(['a', 'area', 'base', 'form']);

function noteElement(element: Element, address: unknown): void {
  const tag = element.localName;
  if (FOLLOWED_ONLY_WHEN_PRESSED.has(tag)) return;
  note(tag === 'link' ? `<link rel=${element.getAttribute('rel')}>` : `<${tag}>`, address);
}

/** Elements load when an address is set, those that are in no document too. */
function watchElements(): void {
  const classes = Object.getOwnPropertyNames(self).filter((name) => /^HTML\w*Element$/.test(name));
  for (const name of classes) {
    const { prototype } = (self as unknown as Record<string, { prototype: Element }>)[name] as {
      prototype: Element;
    };
    for (const attribute of ATTRIBUTES) {
      const descriptor = Object.getOwnPropertyDescriptor(prototype, attribute);
      const { set } = descriptor ?? {};
      if (!descriptor || !set) continue;
      Object.defineProperty(prototype, attribute, {
        ...descriptor,
        set(this: Element, value: unknown) {
          noteElement(this, value);
          set.call(this, value);
        },
      });
    }
  }
  for (const name of ['setAttribute', 'setAttributeNS'] as const) {
    const original = Element.prototype[name] as (...args: unknown[]) => void;
    Element.prototype[name] = function (this: Element, ...args: unknown[]) {
      const attribute = args[args.length - 2];
      if (ATTRIBUTES.includes(String(attribute).toLowerCase().replace('xlink:', ''))) {
        noteElement(this, args[args.length - 1]);
      }
      original.apply(this, args);
    };
  }
  // What came as markup.
  new MutationObserver((records) => {
    for (const added of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (!(added instanceof Element)) continue;
      for (const element of [added, ...added.querySelectorAll('*')]) {
        const attribute = ATTRIBUTES.find((name) => element.hasAttribute(name));
        if (attribute) noteElement(element, element.getAttribute(attribute));
      }
    }
  }).observe(document, { childList: true, subtree: true });
}

for (const [path, way] of Object.entries(CALLS)) watchCalls(path, way);
watchCalls('RTCPeerConnection', 'RTCPeerConnection', (connection) => {
  (connection as RTCPeerConnection).addEventListener('icecandidate', ({ candidate }) => {
    if (candidate) note('ICE candidate', candidate.candidate);
  });
});

// The browser's own entries: they tell of what no function can be wrapped for, such as styles and import().
new PerformanceObserver((entries) => {
  for (const { name } of entries.getEntries()) {
    // The icon is the browser's own idea, at a time of its own.
    if (!name.endsWith('/favicon.ico')) note('resource', name);
  }
}).observe({ type: 'resource', buffered: true });

async function use(name: string, address: string): Promise<'used' | 'not offered'> {
  const way = TRIES[name];
  if (!way || !offered(way)) return 'not offered';
  await way.use(address);
  return 'used';
}

function startInPage(): void {
  watchElements();
  addEventListener('beforeunload', () => note('navigation', ''));
  const waiting = new Map<string, (outcome: 'used' | 'not offered') => void>();
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'here') scopes.push(data.scope);
    if (data.kind === 'use') uses.push(data.use);
    if (data.kind === 'tried') waiting.get(data.name)?.(data.outcome);
  };
  window.watch = {
    uses,
    scopes,
    forget: () => uses.splice(0),
    use: (where, name, address) => {
      if (where === 'page') return use(name, address);
      const worker = scopes.find((each) => each.startsWith('worker'));
      if (worker === undefined) throw new Error('there is no worker that counts');
      post({ kind: 'try', scope: worker, name, address });
      return new Promise((resolve) => waiting.set(name, resolve));
    },
  };
}

function startInWorker(): void {
  post({ kind: 'here', scope });
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind !== 'try' || data.scope !== scope) return;
    const { name } = data;
    // A fetch that is refused has been tried, too.
    const tried = use(name, data.address).catch(() => 'used' as const);
    void tried.then((outcome) => post({ kind: 'tried', name, outcome }));
  };
}

if (isPage) startInPage();
else startInWorker();
