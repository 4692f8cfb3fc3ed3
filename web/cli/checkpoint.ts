import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SEQUENCE_MODELS } from '../sequence-models.js';
import type { Progress } from '../types.js';
import type { Arguments, OptionSpec } from './arguments.js';
import type { Workplace } from './command.js';
import { CommandError, fileProblem, StoppedError, UsageError } from './failures.js';
import { checkOutputPath, writeWholeFile } from './output-file.js';

/** A checkpoint of a large model takes a moment to write. */
const LEAST_MS_BETWEEN = 10_000;

export const CHECKPOINT_OPTION: OptionSpec = {
  name: 'checkpoint',
  value: 'F',
  help:
    'sasrec and gru: where to keep the training after its epochs; a command that was stopped goes on ' +
    'from there when it is called again',
};

/** A training that is kept in a file, from which it goes on. What cannot be written is said and ends nothing. */
export class Checkpoint {
  private newest: Uint8Array | undefined;
  private writing: Promise<void> = Promise.resolve();
  private writtenAt = 0;
  /** Whether the last that was to be written could not be. */
  private failed = false;

  private constructor(
    readonly path: string,
    /** What was there. */
    readonly resume: Uint8Array | undefined,
    private readonly work: Workplace,
  ) {}

  /** @throws UsageError for models without one, and for the path of the model file `out`; as `checkOutputPath` */
  static async from(
    args: Arguments,
    work: Workplace,
    model: string,
    out?: string,
  ): Promise<Checkpoint | undefined> {
    const path = args.text('checkpoint');
    if (path === undefined) return undefined;
    if (!SEQUENCE_MODELS.includes(model)) {
      throw new UsageError(
        `--checkpoint is for ${SEQUENCE_MODELS.join(' and ')}; ${model} is trained in one go.`,
      );
    }
    if (out !== undefined && resolve(out) === resolve(path)) {
      throw new UsageError(
        `--checkpoint and --out are the same file, ${path}; give the checkpoint another name.`,
      );
    }
    await checkOutputPath(path);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new CommandError(`${path}: cannot be read: ${fileProblem(error)}.`, { cause: error });
    });
    return new Checkpoint(path, bytes && new Uint8Array(bytes), work);
  }

  /** What to tell the training. */
  options(): { checkpoints: true; resume?: Uint8Array } {
    return { checkpoints: true, ...(this.resume && { resume: this.resume }) };
  }

  /** For `onProgress`. */
  take({ checkpoint }: Progress): void {
    if (!checkpoint) return;
    this.newest = checkpoint;
    if (Date.now() - this.writtenAt < LEAST_MS_BETWEEN) return;
    this.writtenAt = Date.now();
    this.writing = this.writing.then(() => this.write());
  }

  /** Resolves when the newest is in the file, or could not be written there. */
  async end(): Promise<void> {
    await this.writing;
    await this.write();
  }

  /** Whether a stopped training can go on from the file. */
  holdsTraining(): boolean {
    return this.writtenAt > 0 ? !this.failed : this.resume !== undefined;
  }

  private async write(): Promise<void> {
    const bytes = this.newest;
    this.newest = undefined;
    if (!bytes) return;
    try {
      await writeWholeFile(this.path, bytes);
      this.failed = false;
    } catch (error) {
      this.failed = true;
      const problem = error instanceof Error ? error.message : String(error);
      this.work.progress.say(`the training goes on without its checkpoint: ${problem}`);
    }
  }
}

/** Does the work; what was reached by then is in the file, however it ended. */
export async function keptIn<T>(
  checkpoint: Checkpoint | undefined,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await checkpoint?.end();
    if (!signal.aborted || !checkpoint?.holdsTraining()) throw error;
    throw new StoppedError(
      `stopped; ${checkpoint.path} holds the training, and the same command goes on from it.`,
      { cause: error },
    );
  } finally {
    await checkpoint?.end();
  }
}
