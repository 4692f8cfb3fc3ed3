import { InklingError } from '../errors.js';
import { FACTOR_STORAGES, type FactorStorage, type ModelName } from '../types.js';
import { owning } from './heap.js';
import type { ServingEngine } from './serving-engine.js';
import { check } from './status.js';
import type { TrainedModel } from './trained-model.js';
import { encodeTexts } from './training-set.js';

/** What `inspect` tells of a model file. */
export interface ModelFileDescription {
  format_version: number;
  model: ModelName;
  config: Record<string, unknown>;
  items: number;
  bytes: number;
  checksum: string;
  tensors: { name: string; dtype: string; shape: number[]; bytes: number }[];
}

/** @throws InklingError `invalid_argument` when a factor is beyond what `f16` holds, or the storage is none */
export function writeModelFile(
  { module, heap, wasm }: ServingEngine,
  { handle, itemIds }: TrainedModel,
  storage: FactorStorage,
): Uint8Array {
  const kind = FACTOR_STORAGES.indexOf(storage);
  if (kind < 0) {
    throw new InklingError(
      'invalid_argument',
      `storage is ${JSON.stringify(storage)}; expected one of ${FACTOR_STORAGES.join(', ')}`,
    );
  }
  const { bytes, offsets } = encodeTexts(itemIds);
  return owning((own) => {
    const out = own(new module.Buffer(0));
    check(wasm, handle.save(wasm, own(heap.write(bytes)), own(heap.write(offsets)), kind, out));
    return heap.read(out, Uint8Array);
  });
}

/** @throws InklingError `corrupt_model_file`, `unsupported_version` */
export function describeModelFile(
  { module, heap, wasm }: ServingEngine,
  file: Uint8Array,
): ModelFileDescription {
  return owning((own) => {
    const out = own(new module.Buffer(0));
    check(wasm, module.inspectModelFile(wasm, own(heap.write(file)), out));
    const description = JSON.parse(new TextDecoder().decode(heap.read(out, Uint8Array)));
    return { ...description, config: JSON.parse(description.config) } as ModelFileDescription;
  });
}
