// Comes before the package's worker in a script of the tests, and makes it fail when the page says so.
/** Whether the next call of the engine gets nonsense. */
let nonsense = false;
const { get } = WebAssembly.Table.prototype;
const bent = new WeakMap();

/** What the engine's own code calls for the page, it finds in its table. */
WebAssembly.Table.prototype.get = function (index) {
  const real = get.call(this, index);
  if (typeof real !== 'function') return real;
  let call = bent.get(real);
  if (!call) {
    call = (...given) => {
      if (!nonsense) return real(...given);
      // Addresses beyond all memory: WebAssembly traps.
      return real(...given.map((value) => (typeof value === 'bigint' ? -16n : -16)));
    };
    bent.set(real, call);
  }
  return call;
};

// Threads of the engine run this script too, under a name.
if (self.name === '') {
  new BroadcastChannel('failing worker').onmessage = ({ data }) => {
    if (data === 'trap') nonsense = true;
    if (data === 'throw') {
      setTimeout(() => {
        throw new Error('thrown on command');
      });
    }
    if (data === 'hang') for (;;);
    new BroadcastChannel('failed worker').postMessage(data);
  };
}
