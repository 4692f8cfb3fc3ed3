import type { MainModule, Engine as WasmEngine } from '#engine-module';
import { InklingError } from '../errors.js';
import { MODEL_NAMES, type ModelName, type PersonFactors, type VariantName } from '../types.js';
import { VERSION } from '../version.js';
import { Heap } from './heap.js';
import type { TextSettings } from './item-texts.js';
import type { LearnedBlend } from './learned-blend.js';
import type { ListChooser } from './list-chooser.js';
import type { Stock } from './plan.js';
import { TrainedModel } from './trained-model.js';
import type { Choice } from './variants.js';

/** One wasm module that holds models: what takes part in making a list. `Engine` adds what trains and measures. */
export class ServingEngine {
  readonly heap: Heap;
  readonly wasm: WasmEngine;
  readonly variant: VariantName;
  readonly threads: number;
  readonly why: readonly string[];
  /** How items become terms. */
  texts: TextSettings = {};
  /** How the factors of a person come about. */
  personFactors: PersonFactors | undefined;
  /** Models that this module only serves, and which one trains them. */
  readonly lacks: Partial<Record<ModelName, 'usual' | 'full'>> = {};

  /** @throws InklingError `version_mismatch` when the wasm is of another build. */
  constructor(
    readonly module: MainModule,
    choice: Choice,
    /** Bytes of the wasm file. */
    readonly wasmBytes: number,
  ) {
    const version = module.version();
    if (version !== VERSION) {
      throw new InklingError(
        'version_mismatch',
        `the JavaScript is version ${VERSION}, the wasm file ${version}; serve both from the same ` +
          'release (an old file in a cache, or a wasmUrl that points to another version?)',
      );
    }
    this.heap = new Heap(module);
    this.wasm = new module.Engine(choice.threads);
    this.variant = choice.variant;
    this.threads = this.wasm.numThreads();
    this.why = choice.why;
    for (const name of MODEL_NAMES) {
      if (!module.canTrain(name)) this.lacks[name] = module.isUsual(name) ? 'usual' : 'full';
    }
  }

  /** @throws InklingError `corrupt_model_file`, `unsupported_version` */
  openModel(file: Uint8Array): TrainedModel {
    return TrainedModel.read(this, file);
  }

  /** What a person's choices teach a model; null where they do not. */
  learnedBlend(_model: TrainedModel): LearnedBlend | null {
    return null;
  }

  /** What makes lists that are more than the best scores; null where this module cannot. */
  listChooser(_model: TrainedModel | null, _stock: Stock): ListChooser | null {
    return null;
  }

  dispose(): void {
    this.wasm.delete();
  }
}
