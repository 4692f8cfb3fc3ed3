/**
 * Reading and checking items and interactions, published as `inkling/catalog`. Works in browsers,
 * workers and Node.
 */
export { InklingError } from '../errors.js';
export type { Interaction, InteractionTable, Item } from '../types.js';
export {
  type ReadInteractionsOptions,
  type ReadTableOptions,
  readInteractions,
} from './delimited.js';
export type { TableFormat } from './format.js';
export { InteractionTableBuilder, toInteractionTable } from './interaction-table.js';
export { parseItemFile as parseItems, type ReadItemsOptions, readItems } from './item-file.js';
export { type ItemRow, itemsFromRows } from './item-rows.js';
export { checkItems } from './items.js';
export {
  type MovieLens,
  type MovieLensOptions,
  type NamedFile,
  readMovieLens,
} from './movielens.js';
export { type Negatives, readNegatives } from './negatives.js';
export type { SourceOptions, TextSource } from './text-source.js';
