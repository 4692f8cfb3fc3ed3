const MEGABYTE = 1 << 20;

/**
 * What it costs to call the engine at all, and to bring a megabyte in (a new Buffer, filled, deleted) and out (a
 * copy): by the package's own web/engine/heap.ts.
 */
export async function run({ loadEngine }, { task, build }) {
  const { heap, wasm } = await loadEngine(build.variant);
  const given = new Uint8Array(MEGABYTE).map((_, n) => n);
  const buffer = heap.write(given);
  let threads = 0;
  let read = given;
  const seconds = {
    call: timeOf(task.calls, () => {
      threads += wasm.numThreads();
    }),
    megabyteIn: timeOf(task.copies, () => heap.write(given).delete()),
    megabyteOut: timeOf(task.copies, () => {
      read = heap.read(buffer, Uint8Array);
    }),
  };
  if (threads === 0 || read === given || read.some((byte, n) => byte !== given[n])) {
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
