import type { TrainedModel as WasmModel } from '#engine-module';
import { InklingError } from '../errors.js';
import type { ModelName } from '../types.js';
import { owning } from './heap.js';
import type { ServingEngine as Engine } from './serving-engine.js';
import { check } from './status.js';

/** So that the heap need not hold all of them twice. */
const IDS_AT_A_TIME = 1 << 16;

/** A model on the wasm heap with its item ids. Delete it by `dispose()`. */
export class TrainedModel {
  readonly name: ModelName;
  readonly itemIds: readonly string[];
  private disposed = false;

  /** Takes ownership of `handle`. */
  private constructor(
    readonly handle: WasmModel,
    itemIds: readonly string[],
  ) {
    this.name = handle.name() as ModelName;
    this.itemIds = itemIds;
  }

  /** A model just trained; `itemIds[i]` is the id of its item i. */
  static trained(handle: WasmModel, itemIds: readonly string[]): TrainedModel {
    return new TrainedModel(handle, itemIds);
  }

  /** @throws InklingError `corrupt_model_file`, `unsupported_version` */
  static read(engine: Engine, file: Uint8Array): TrainedModel {
    const handle = new engine.module.TrainedModel();
    try {
      owning((own) => check(engine.wasm, handle.load(engine.wasm, own(engine.heap.write(file)))));
      return new TrainedModel(handle, readItemIds(engine, handle));
    } catch (error) {
      handle.delete();
      throw error;
    }
  }

  /** Gives the memory back. Twice is fine. */
  dispose(): void {
    if (!this.disposed) this.handle.delete();
    this.disposed = true;
  }
}

function readItemIds(engine: Engine, handle: WasmModel): string[] {
  return owning((own) => {
    const bytesOut = own(new engine.module.Buffer(0));
    const offsetsOut = own(new engine.module.Buffer(0));
    const ids: string[] = [];
    const known = new Set<string>();
    for (;;) {
      handle.takeItemIds(IDS_AT_A_TIME, bytesOut, offsetsOut);
      const bytes = engine.heap.read(bytesOut, Uint8Array);
      const offsets = engine.heap.read(offsetsOut, Uint32Array);
      if (offsets.length < 2) return ids;
      for (const id of decodeIds(bytes, offsets, ids.length)) {
        if (known.has(id)) {
          throw new InklingError(
            'corrupt_model_file',
            `the model file has the item id ${JSON.stringify(id)} twice`,
          );
        }
        known.add(id);
        ids.push(id);
      }
    }
  });
}

/** The text of the bytes, or null when they are not all ASCII. */
function asciiText(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    const text = decoder.decode(bytes);
    return text.length === bytes.length ? text : null;
  } catch {
    return null;
  }
}

/** Of ids one after the other; `first`: how many came before these. A call of the decoder costs more than an id. */
function decodeIds(bytes: Uint8Array, offsets: Uint32Array, first: number): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const count = offsets.length - 1;
  const text = asciiText(decoder, bytes);
  if (text !== null) {
    return Array.from({ length: count }, (_, i) => text.slice(offsets[i], offsets[i + 1]));
  }
  return Array.from({ length: count }, (_, i) => {
    try {
      return decoder.decode(bytes.subarray(offsets[i], offsets[i + 1]));
    } catch (cause) {
      throw new InklingError(
        'corrupt_model_file',
        `item id ${first + i} of the model file is not UTF-8`,
        { cause },
      );
    }
  });
}
