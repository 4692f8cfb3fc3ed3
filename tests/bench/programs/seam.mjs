const MEGABYTE = 1 << 20;

/**
 * What it costs to call the engine at all, and to bring a megabyte in (a new Buffer, filled, deleted) and out (a
 * copy): as web/engine/heap.ts does it.
 */
export async function run({ loadEngine }, { task, build }) {
  const { create, compiled } = await loadEngine(build.variant);
  const module = await create({
    instantiateWasm: (imports, receive) => {
      WebAssembly.instantiate(compiled, imports).then((instance) => receive(instance, compiled));
      return {};
    },
    threadPoolSize: 0,
    printErr: () => {},
  });
  const engine = new module.Engine(1);
  const given = new Uint8Array(MEGABYTE).map((_, n) => n);
  const buffer = new module.Buffer(MEGABYTE);
  const viewOf = (of) => new Uint8Array(module.wasmMemory.buffer, of.address(), MEGABYTE);
  const copyIn = () => {
    const added = new module.Buffer(MEGABYTE);
    viewOf(added).set(given);
    added.delete();
  };
  let read = new Uint8Array(0);
  const copyOut = () => {
    read = new Uint8Array(MEGABYTE);
    read.set(viewOf(buffer));
  };
  viewOf(buffer).set(given);
  let threads = 0;
  const seconds = {
    call: timeOf(task.calls, () => {
      threads += engine.numThreads();
    }),
    megabyteIn: timeOf(task.copies, copyIn),
    megabyteOut: timeOf(task.copies, copyOut),
  };
  if (threads === 0 || read.some((byte, n) => byte !== given[n])) {
    throw new Error('what came back over the seam is not what went in');
  }
  return { seconds };
}

/** Seconds of one call: the least of several rounds, so that pauses for garbage do not count. */
function timeOf(calls, work) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    for (let n = 0; n < calls; n++) work();
    least = Math.min(least, performance.now() - start);
  }
  return least / 1000 / calls;
}
