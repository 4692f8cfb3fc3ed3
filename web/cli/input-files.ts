import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { type Negatives, readInteractions, readItems, readNegatives } from '../catalog/index.js';
import { InklingError } from '../errors.js';
import { type IdList, readCounts, readIds } from '../import/id-list.js';
import type { ItemFactors } from '../import/item-factors.js';
import { type FactorFormat, factorFormat, readItemFactors } from '../import/read-item-factors.js';
import type { InteractionTable, Item } from '../types.js';
import type { Arguments } from './arguments.js';
import { interactionOptions } from './data-options.js';
import { CommandError, fileProblem } from './failures.js';
import type { ProgressReporter } from './progress.js';

/** Reads the files named on the command line, and says on the way what was read. */
export class InputFiles {
  constructor(
    private readonly args: Arguments,
    private readonly progress: ProgressReporter,
    private readonly signal: AbortSignal,
  ) {}

  async interactions(path: string): Promise<InteractionTable> {
    const source = await this.open(path);
    const options = { ...this.readOptions(path, source.size), ...interactionOptions(this.args) };
    const table = await explained(path, readInteractions(source.chunks(), options));
    const { users, userIds, itemIds } = table;
    this.progress.say(
      `${path}: ${users.length} interactions of ${userIds.length} users ` +
        `and ${itemIds.length} items`,
    );
    return table;
  }

  async negatives(path: string): Promise<Negatives[]> {
    const source = await this.open(path);
    const { delimiter } = interactionOptions(this.args);
    const options = {
      ...this.readOptions(path, source.size),
      ...(delimiter !== undefined && { delimiter }),
    };
    const rows = await explained(path, readNegatives(source.chunks(), options));
    this.progress.say(`${path}: negative items of ${rows.length} users`);
    return rows;
  }

  async items(path: string): Promise<Item[]> {
    const source = await this.open(path);
    const options = this.readOptions(path, source.size);
    const items = await explained(path, readItems(source.chunks(), options));
    this.progress.say(`${path}: ${items.length} items`);
    return items;
  }

  /** Where the numbers in factor files have their ids. `columns`: names of index and id, in order. */
  async ids(path: string, columns: readonly string[] | undefined): Promise<IdList> {
    const source = await this.open(path);
    const options = { ...this.readOptions(path, source.size), ...(columns && { columns }) };
    const ids = await explained(path, readIds(source.chunks(), options));
    this.progress.say(`${path}: ${ids.size} ids`);
    return ids;
  }

  /** How many users met each item. */
  async counts(path: string): Promise<Map<string, number>> {
    const source = await this.open(path);
    const options = this.readOptions(path, source.size);
    const counts = await explained(path, readCounts(source.chunks(), options));
    this.progress.say(`${path}: counts of ${counts.size} items`);
    return counts;
  }

  async itemFactors(
    path: string,
    format: FactorFormat,
    tensor: string | undefined,
    most?: number,
  ): Promise<ItemFactors> {
    const report = this.progress.on(`reading ${path}`);
    const options = {
      ...(tensor !== undefined && { tensor }),
      ...(most !== undefined && { most }),
      signal: this.signal,
      onProgress: (fraction: number) => report({ phase: 'read', fraction }),
    };
    const factors = await explained(path, readItemFactors(path, format, options));
    const rows = factors.values.length / factors.numFactors;
    this.progress.say(`${path}: ${rows} rows of ${factors.numFactors} numbers`);
    return factors;
  }

  factorFormat(path: string): Promise<FactorFormat> {
    return explained(path, factorFormat(path));
  }

  async modelFile(path: string): Promise<Uint8Array> {
    return explained(path, readFile(path, { signal: this.signal }));
  }

  private async open(path: string): Promise<{ size: number; chunks(): AsyncIterable<Uint8Array> }> {
    const status = await explained(path, stat(path));
    if (status.isDirectory()) {
      throw new CommandError(`${path}: this is a directory; give the path of a file.`);
    }
    // The file is opened when reading starts, so that an error on the way cannot leave it open.
    return { size: status.size, chunks: () => createReadStream(path, { highWaterMark: 1 << 16 }) };
  }

  private readOptions(path: string, totalBytes: number) {
    return {
      name: path,
      totalBytes,
      signal: this.signal,
      onProgress: this.progress.on(`reading ${path}`),
      onNotice: (text: string) => this.progress.say(text),
    };
  }
}

/** Errors of the file system are turned into words that name the file. */
async function explained<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof InklingError || (error as Error).name === 'AbortError') throw error;
    throw new CommandError(`${path}: ${fileProblem(error)}.`, { cause: error });
  }
}
