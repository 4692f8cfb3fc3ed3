import { readFile } from 'node:fs/promises';
import type { Progress } from '../types.js';
import type { Arguments, OptionSpec } from './arguments.js';
import { CommandError, fileProblem, UsageError } from './failures.js';
import { checkOutputPath, writeWholeFile } from './output-file.js';

/** A checkpoint of a large model takes a moment to write. */
const LEAST_MS_BETWEEN = 10_000;
const MODELS = ['sasrec', 'gru'];

export const CHECKPOINT_OPTION: OptionSpec = {
  name: 'checkpoint',
  value: 'F',
  help:
    'sasrec and gru: where to keep the training after its epochs; a command that was stopped goes on ' +
    'from there when it is called again',
};

/** A training that is kept in a file, from which it goes on. */
export class Checkpoint {
  private newest: Uint8Array | undefined;
  private writing: Promise<void> = Promise.resolve();
  private writtenAt = 0;

  private constructor(
    private readonly path: string,
    /** What was there. */
    readonly resume: Uint8Array | undefined,
  ) {}

  /** @throws UsageError for models without one; as `checkOutputPath` */
  static async from(args: Arguments, model: string): Promise<Checkpoint | undefined> {
    const path = args.text('checkpoint');
    if (path === undefined) return undefined;
    if (!MODELS.includes(model)) {
      throw new UsageError(
        `--checkpoint is for ${MODELS.join(' and ')}; ${model} is trained in one go.`,
      );
    }
    await checkOutputPath(path);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new CommandError(`${path}: cannot be read: ${fileProblem(error)}.`, { cause: error });
    });
    return new Checkpoint(path, bytes && new Uint8Array(bytes));
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
    this.writing.catch(() => {}); // end() throws it
  }

  /** Resolves when the newest is in the file. */
  async end(): Promise<void> {
    await this.writing;
    await this.write();
  }

  private async write(): Promise<void> {
    const bytes = this.newest;
    this.newest = undefined;
    if (bytes) await writeWholeFile(this.path, bytes);
  }
}

/** Does the work; what was reached by then is in the file, however it ended. */
export async function keptIn<T>(
  checkpoint: Checkpoint | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } finally {
    await checkpoint?.end();
  }
}
