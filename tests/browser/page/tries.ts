// Every way out of a page or worker that a browser offers to scripts, used once. The tests of the counters take them one by one.

export interface Try {
  /** What the counters call it; the name of the try, unless something else notices. */
  noticedAs?: string;
  where: readonly ('page' | 'worker')[];
  /** A path of globals without which a browser has no such way. */
  needs?: string;
  use(address: string): unknown;
}

const EVERYWHERE = ['page', 'worker'] as const;
const PAGE = ['page'] as const;

const socketAddress = (address: string) => address.replace(/^http/, 'ws');

/** An element with an attribute, put into the page. */
function add(tag: string, attributes: Record<string, string>): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  document.body.append(element);
  return element;
}

const load = (tag: string, attribute: string): Try => ({
  noticedAs: `<${tag}>`,
  where: PAGE,
  use: (address) => add(tag, { [attribute]: address }),
});

const link = (rel: string, more: Record<string, string> = {}): Try => ({
  noticedAs: `<link rel=${rel}>`,
  where: PAGE,
  use: (href) => add('link', { rel, href, ...more }),
});

const peers: RTCPeerConnection[] = [];

/** Looks for ways to be reached, with the help of a server of this machine that does not answer. */
async function connectToPeer(): Promise<void> {
  const connection = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:3478' }] });
  peers.push(connection); // what nobody holds is ended early
  connection.createDataChannel('x');
  await connection.setLocalDescription(await connection.createOffer());
}

export const TRIES: Record<string, Try> = {
  fetch: { where: EVERYWHERE, use: (address) => fetch(address) },
  fetchLater: {
    where: PAGE,
    needs: 'fetchLater',
    use: (address) =>
      (self as unknown as { fetchLater(address: string, options: object): unknown }).fetchLater(
        address,
        { activateAfter: 0 },
      ),
  },
  XMLHttpRequest: {
    where: EVERYWHERE,
    use: (address) => {
      const request = new XMLHttpRequest();
      request.open('GET', address);
      request.send();
    },
  },
  sendBeacon: { where: PAGE, use: (address) => navigator.sendBeacon(address, 'x') },
  EventSource: { where: EVERYWHERE, use: (address) => new EventSource(address) },
  WebSocket: { where: EVERYWHERE, use: (address) => new WebSocket(socketAddress(address)) },
  WebTransport: {
    where: EVERYWHERE,
    needs: 'WebTransport',
    use: (address) => {
      const transport = new WebTransport(address.replace(/^http:/, 'https:'));
      transport.ready.catch(() => {});
      transport.closed.catch(() => {});
    },
  },
  RTCPeerConnection: { where: PAGE, needs: 'RTCPeerConnection', use: connectToPeer },
  'ICE candidate': { where: PAGE, needs: 'RTCPeerConnection', use: connectToPeer },
  'import()': {
    noticedAs: 'resource',
    where: EVERYWHERE,
    use: (address) => import(address).catch(() => {}),
  },
  importScripts: {
    where: ['worker'],
    use: (address) => {
      try {
        (self as unknown as { importScripts(address: string): void }).importScripts(address);
      } catch {
        // A module worker has no such way, but a call is noticed.
      }
    },
  },
  // In the engine's worker that name is another class, which only takes threads that the page has started.
  Worker: { where: PAGE, use: (address) => new Worker(address) },
  SharedWorker: {
    where: PAGE,
    needs: 'SharedWorker',
    use: (address) => new SharedWorker(address),
  },
  'serviceWorker.register': {
    where: PAGE,
    use: (address) => navigator.serviceWorker.register(address).catch(() => {}),
  },
  'worklet.addModule': {
    where: PAGE,
    needs: 'AudioWorklet',
    use: (address) => new AudioContext().audioWorklet.addModule(address).catch(() => {}),
  },
  'an image that is in no document': {
    noticedAs: '<img>',
    where: PAGE,
    use: (address) => {
      new Image().src = address;
    },
  },
  'an image in markup': {
    noticedAs: '<img>',
    where: PAGE,
    use: (address) =>
      document.body.insertAdjacentHTML('beforeend', `<p><img src="${address}"></p>`),
  },
  'an image of several sizes': load('img', 'srcset'),
  'a script': load('script', 'src'),
  'a frame': load('iframe', 'src'),
  'a sound': load('audio', 'src'),
  'an object': load('object', 'data'),
  'an embedded object': load('embed', 'src'),
  'an image in a drawing': {
    noticedAs: '<image>',
    where: PAGE,
    use: (address) => {
      const svg = 'http://www.w3.org/2000/svg';
      const image = document.createElementNS(svg, 'image');
      image.setAttributeNS('http://www.w3.org/1999/xlink', 'href', address);
      const drawing = document.createElementNS(svg, 'svg');
      drawing.append(image);
      document.body.append(drawing);
    },
  },
  'a style sheet': link('stylesheet'),
  'a preload': link('preload', { as: 'image' }),
  'a module preload': link('modulepreload'),
  'a prefetch': link('prefetch'),
  'a look-up of a name': link('dns-prefetch'),
  'a connection ahead of time': link('preconnect'),
  'an image of a style': {
    noticedAs: 'resource',
    where: PAGE,
    use: (address) => {
      add('p', {}).style.backgroundImage = `url("${address}")`;
    },
  },
  'a font': {
    noticedAs: 'resource',
    where: PAGE,
    use: (address) => new FontFace('x', `url("${address}")`).load().catch(() => {}),
  },
  'window.open': { where: PAGE, use: (address) => window.open(address) },
  'another page': {
    noticedAs: 'navigation',
    where: PAGE,
    use: (address) => {
      location.href = address;
    },
  },
  'a link that is pressed': {
    noticedAs: 'navigation',
    where: PAGE,
    use: (href) => add('a', { href }).click(),
  },
  'a form': {
    noticedAs: 'navigation',
    where: PAGE,
    use: (action) => (add('form', { action }) as HTMLFormElement).submit(),
  },
};

/** Whether this browser has the way at all. */
export function offered({ needs }: Try): boolean {
  return needs === undefined || needs in self;
}
