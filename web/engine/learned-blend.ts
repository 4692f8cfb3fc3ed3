import type { LearnedBlend as WasmLearnedBlend } from '#engine-module';
import type { LearnedPart, ModelName } from '../types.js';
import { owning } from './heap.js';
import type { TakenItem } from './history.js';
import type { ServingEngine } from './serving-engine.js';
import { check } from './status.js';
import type { TrainedModel } from './trained-model.js';

const SHORT_SESSION = 2;
const LONG_SESSION = 8;
const QUARTER_HOURS = 6;

/** When and where, as the core wants it (cpp/include/inkling/online_blend.h). */
function moment(time = Date.now(), eventsOfSession?: number): Float32Array {
  const date = new Date(time);
  const values = new Float32Array(8);
  values[Math.floor(date.getHours() / QUARTER_HOURS)] = 1;
  values[4] = [0, 6].includes(date.getDay()) ? 1 : 0;
  values[5] = /Mobi/.test(globalThis.navigator?.userAgent ?? '') ? 1 : 0;
  if (eventsOfSession !== undefined) {
    values[6] = eventsOfSession <= SHORT_SESSION ? 1 : 0;
    values[7] = eventsOfSession >= LONG_SESSION ? 1 : 0;
  }
  return values;
}

/** What the core needs to know of a choice, in indices. */
interface Indexed {
  items: Int32Array;
  weights: Float32Array;
  shown: readonly number[];
  /** Undefined where the model does not know it. */
  item: number | undefined;
}

/** How much more or less than for others the parts of a hybrid count for one person: a cache of what their events say. */
export class LearnedBlend {
  private readonly handle: WasmLearnedBlend;
  private learned: TakenItem[] = [];

  /** The model must outlive it. */
  constructor(
    private readonly engine: ServingEngine,
    private readonly model: TrainedModel,
  ) {
    this.handle = new engine.module.LearnedBlend();
    this.handle.start(model.handle);
  }

  /** Returns whether no more than `most` were left to learn from. */
  learn(choices: readonly TakenItem[], most: number, indexed: (taken: TakenItem) => Indexed) {
    const { engine, handle, model } = this;
    const same = ({ item, at }: TakenItem, other: TakenItem | undefined) =>
      item === other?.item && at === other.at;
    // The oldest of the choices may have gone for want of room.
    const first = choices[0];
    const skipped = first ? this.learned.findIndex((taken) => same(taken, first)) : 0;
    const known = skipped < 0 ? [] : this.learned.slice(skipped);
    if (skipped < 0 || !known.every((taken, n) => same(taken, choices[n]))) {
      handle.start(model.handle);
      this.learned = [];
      known.length = 0;
    }
    const fresh = choices.slice(known.length);
    for (const taken of fresh.slice(0, most)) {
      const { items, weights, shown, item } = indexed(taken);
      this.learned.push(taken);
      if (item === undefined) continue;
      owning((own) => {
        const { heap, wasm } = engine;
        const status = handle.learn(
          wasm,
          model.handle,
          own(heap.write(items)),
          own(heap.write(weights)),
          item,
          own(heap.write(Int32Array.from(shown))),
          own(heap.write(moment(taken.at, taken.session))),
        );
        check(wasm, status);
      });
    }
    return fresh.length <= most;
  }

  /** What is added to the parts' weights. */
  tilt(at = moment()): Float32Array {
    return owning((own) => {
      const out = own(new this.engine.module.Buffer(0));
      this.handle.tilt(own(this.engine.heap.write(at)), out);
      return this.engine.heap.read(out, Float32Array).slice();
    });
  }

  /** For a person to read. */
  told(): LearnedPart[] {
    const { module } = this.engine;
    return [...this.tilt()].map((change, part) => ({
      model: module.partModel(this.model.handle, part) as ModelName,
      halfLife: module.partHalfLife(this.model.handle, part),
      change,
    }));
  }

  dispose(): void {
    this.handle.delete();
  }
}
