import type { Engine } from '../engine/engine.js';
import type { Ranker } from '../engine/ranker.js';
import type { TrainedModel } from '../engine/trained-model.js';
import type { Item, VariantName } from '../types.js';

/** Something text can be written to, such as `process.stderr`. */
export interface TextOutput {
  write(text: string): unknown;
  /** A terminal gets bars, anything else gets lines. */
  isTTY?: boolean;
}

/** How a command gets at the engine. */
export interface EngineAccess {
  load(options: { variant?: VariantName | 'auto'; threads?: number | 'auto' }): Promise<Engine>;
  ranker(
    engine: Engine,
    options: { items?: readonly Item[]; model?: TrainedModel },
  ): Promise<Ranker>;
}

/** What a command works with besides its arguments. */
export interface Context {
  /** Results. */
  stdout: TextOutput;
  /** Progress, notices and errors. */
  stderr: TextOutput;
  engine: EngineAccess;
  /** Fires when the command is to stop, as on Ctrl-C. */
  signal: AbortSignal;
  /** Version of the package. */
  version: string;
}
