import { middleMean } from './middle.mjs';

/** In the order of the core's RerankStep::By. */
const METHODS = { mmr: 0, msd: 1, dpp: 2 };
const BY_VECTORS = 1;
const WEIGHT = 0.5;

/** Lists of a model's items by its vectors, through the seam: candidates and their scores in, the order out. */
export async function run({ loadEngine, read }, { task, build }) {
  const engine = await loadEngine(build.variant, '-full');
  const { heap, wasm, module } = engine;
  const model = engine.openModel(new Uint8Array(await read('model')));
  const count = model.itemIds.length;
  const items = heap.write(Int32Array.from({ length: count }, (_, n) => n));
  const scores = heap.write(
    Float32Array.from({ length: count }, (_, n) => ((n * 7919) % count) / count),
  );
  const nothing = heap.write(new Float32Array());
  const noOffsets = heap.write(new Int32Array(1));
  const out = new module.Buffer(0);
  const seconds = {};
  for (const [name, by] of Object.entries(METHODS)) {
    const reranking = new module.Reranking();
    reranking.add(by, WEIGHT, 0, BY_VECTORS, 0);
    if (reranking.use(wasm, model.handle, null, nothing, count, true, 1) !== 0)
      throw new Error(wasm.message());
    const times = [];
    // The first are only for the compiler.
    for (let n = -task.repeats; n < task.repeats; n++) {
      const start = performance.now();
      const status = reranking.rerank(
        wasm,
        items,
        scores,
        nothing,
        nothing,
        task.k,
        nothing,
        noOffsets,
        nothing,
        nothing,
        nothing,
        out,
      );
      if (n >= 0) times.push((performance.now() - start) / 1000);
      if (status !== 0) throw new Error(wasm.message());
    }
    const { length } = heap.read(out, Int32Array);
    if (length !== task.k) throw new Error(`the list has ${length} items`);
    seconds[name] = middleMean(times);
    reranking.delete();
  }
  return { seconds };
}
