import { VECTOR_MODELS } from '../engine/item-vectors.js';
import { InklingError } from '../errors.js';
import { IdList } from '../import/id-list.js';
import { nameFactors } from '../import/named-factors.js';
import type { FactorFormat } from '../import/read-item-factors.js';
import type { InteractionTable, Item, ItemVectors } from '../types.js';
import type { Arguments, OptionSpec } from './arguments.js';
import type { Workplace } from './command.js';
import { UsageError } from './failures.js';

/** Vectors of the items, for models that learn from them. */
export const VECTOR_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'vectors',
    value: 'F',
    help: `vectors of the items, .npy or .safetensors, a row each; for ${VECTOR_MODELS.join(' and ')}`,
  },
  {
    name: 'vector-ids',
    value: 'F',
    help: 'whose they are: one id a line, a JSON array, or CSV with index,id (default: the --items, in order)',
  },
  { name: 'tensor', value: 'NAME', help: 'which tensor of a .safetensors file' },
];

/** What the core takes (`ItemFactors::kMostFactors`); a test keeps them equal. */
const MOST_NUMBERS = 4096;

/** A file that is known by its name, but not read yet. */
export interface VectorFile {
  path: string;
  format: FactorFormat;
  idsPath: string | undefined;
  tensor: string | undefined;
}

/**
 * What the command line says of vectors, as far as it can be checked before anything is read.
 *
 * @param models that are trained
 * @throws UsageError
 */
export async function vectorOptions(
  args: Arguments,
  work: Workplace,
  models: readonly string[],
): Promise<VectorFile | undefined> {
  const path = args.text('vectors');
  const idsPath = args.text('vector-ids');
  const tensor = args.text('tensor');
  if (path === undefined) {
    if (models.includes('item_vectors')) {
      throw new UsageError('--vectors is missing; the model item_vectors learns from vectors.');
    }
    for (const name of ['vector-ids', 'tensor']) {
      if (args.has(name)) throw new UsageError(`--${name} is about --vectors, which is not given.`);
    }
    return undefined;
  }
  if (!models.some((model) => VECTOR_MODELS.includes(model))) {
    throw new UsageError(
      `--vectors is given, from which ${models.join(' and ')} cannot learn; expected --model ${VECTOR_MODELS.join(' or ')}.`,
    );
  }
  if (idsPath === undefined && !args.has('items')) {
    throw new UsageError(
      '--vector-ids is missing; it tells whose vectors these are, or --items does where they are in the same order.',
    );
  }
  const format = await work.files.factorFormat(path);
  if (format !== 'npy' && format !== 'safetensors') {
    throw new UsageError(`--vectors is ${path}; expected a .npy or .safetensors file.`);
  }
  if (tensor !== undefined && format !== 'safetensors') {
    throw new UsageError('--tensor is for .safetensors files.');
  }
  return { path, format, idsPath, tensor };
}

/**
 * Reads the vectors and gives them their ids. Says how many of these no item has.
 *
 * @param tables interactions, whose items are there as those of `items` are
 * @throws InklingError `invalid_factors`, `invalid_catalog`, `duplicate_id`, `too_large`
 */
export async function readVectors(
  { path, format, idsPath, tensor }: VectorFile,
  args: Arguments,
  work: Workplace,
  items: readonly Item[] = [],
  tables: readonly (InteractionTable | null | undefined)[] = [],
): Promise<ItemVectors> {
  const ids =
    idsPath === undefined
      ? idsOfItems(items, args.required('items'))
      : await work.files.ids(idsPath, undefined);
  const rows = await work.files.itemFactors(path, format, tensor, MOST_NUMBERS);
  const { itemIds, values } = nameFactors(rows, ids);
  const known = new Set(items.map(({ id }) => id));
  for (const table of tables) for (const id of table?.itemIds ?? []) known.add(id);
  const unknown = itemIds.filter((id) => !known.has(id));
  if (known.size > 0 && unknown.length === itemIds.length) {
    throw new InklingError(
      'invalid_catalog',
      `${path}: none of the ids of its ${itemIds.length} vectors, such as ${JSON.stringify(unknown[0])}, is that of an ` +
        'item; expected ids as the items or interactions have them.',
    );
  }
  if (known.size > 0 && unknown.length > 0) {
    work.progress.say(
      `${path}: ${unknown.length} of the ${itemIds.length} vectors have an id, such as ${JSON.stringify(unknown[0])}, that ` +
        'neither items nor interactions have: they become items of the model',
    );
  }
  return { ids: itemIds, values };
}

function idsOfItems(items: readonly Item[], name: string): IdList {
  const ids = new IdList(name);
  for (const [place, { id }] of items.entries()) ids.add(place, id, place + 1, `item ${place + 1}`);
  return ids;
}
