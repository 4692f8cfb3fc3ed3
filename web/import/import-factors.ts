import type { MainModule as NodeModule } from '#node-engine-module';
import type { Engine } from '../engine/engine.js';
import { owning } from '../engine/heap.js';
import { check } from '../engine/status.js';
import { TrainedModel } from '../engine/trained-model.js';
import type { NamedFactors } from './named-factors.js';

/** By whose least squares item factors were trained: what a person is folded in by. */
export const TRAINERS = ['spark', 'implicit', 'inkling'] as const;
export type TrainerName = (typeof TRAINERS)[number];

export interface ImportedFactors extends NamedFactors {
  /** How many users met each item, or 0. */
  itemCounts: Float32Array;
  /** The problem they were trained on; kept in the model file. */
  config: {
    trained_with: TrainerName;
    regularization: number;
    alpha: number;
    unobserved_weight: number;
  };
}

/**
 * A model `ials` of item factors trained elsewhere. Only Node's engine has it.
 *
 * @throws InklingError `invalid_argument` when numbers do not fit together, are not finite or out of range
 */
export function importFactors(engine: Engine, imported: ImportedFactors): TrainedModel {
  const { heap, wasm } = engine;
  const module = engine.module as NodeModule;
  const { itemIds, values, numFactors, itemCounts, config } = imported;
  const handle = new module.TrainedModel();
  try {
    owning((own) => {
      const status = module.importItemFactors(
        handle,
        wasm,
        own(heap.write(values)),
        numFactors,
        config.trained_with,
        config.regularization,
        config.alpha,
        config.unobserved_weight,
        own(heap.write(itemCounts)),
        JSON.stringify({ num_factors: numFactors, ...config }),
      );
      check(wasm, status);
    });
    return TrainedModel.trained(handle, itemIds);
  } catch (error) {
    handle.delete();
    throw error;
  }
}
