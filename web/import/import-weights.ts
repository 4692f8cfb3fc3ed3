import type { MainModule as NodeModule } from '#node-engine-module';
import type { Engine } from '../engine/engine.js';
import { owning } from '../engine/heap.js';
import { check } from '../engine/status.js';
import { TrainedModel } from '../engine/trained-model.js';

/** Where the blocks of a transformer normalize; cpp/src/sequence/transformer.h has the formulas. */
export const NORMS = ['before', 'after', 'query'] as const;
/** Whether sequences were filled up in front with rows that are attended to. */
export const PADDINGS = ['absent', 'kept', 'zeroed'] as const;

/** What the tensors of a transformer do not tell. */
export interface WeightsLayout {
  num_heads: number;
  norm: (typeof NORMS)[number];
  padding: (typeof PADDINGS)[number];
  positions_from_end: boolean;
  epsilon: number;
}

/** How many items the weights are for. @throws InklingError `corrupt_model_file`, `invalid_argument` */
export function itemsOfWeights(engine: Engine, weights: Uint8Array): number {
  return owning((own) => {
    const module = engine.module as NodeModule;
    const items = module.itemsOfWeights(engine.wasm, own(engine.heap.write(weights)));
    check(engine.wasm, Math.max(0, -items));
    return items;
  });
}

/**
 * A model `sasrec` of weights trained elsewhere. Only Node's engine has it.
 *
 * @param weights a safetensors file; cpp/include/inkling/sasrec_import.h has the names
 * @throws InklingError `corrupt_model_file`; `invalid_argument`, naming the tensor or the option that does not fit
 */
export function importWeights(
  engine: Engine,
  weights: Uint8Array,
  layout: WeightsLayout,
  itemIds: readonly string[],
  itemCounts: Float32Array,
): TrainedModel {
  const module = engine.module as NodeModule;
  const handle = new module.TrainedModel();
  try {
    owning((own) => {
      const status = module.importWeights(
        handle,
        engine.wasm,
        own(engine.heap.write(weights)),
        layout.num_heads,
        layout.norm,
        layout.padding,
        layout.positions_from_end,
        layout.epsilon,
        own(engine.heap.write(itemCounts)),
        JSON.stringify(layout),
      );
      check(engine.wasm, status);
    });
    return TrainedModel.trained(handle, itemIds);
  } catch (error) {
    handle.delete();
    throw error;
  }
}
