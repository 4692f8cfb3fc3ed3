import { columnsFromOption } from '../catalog/columns.js';
import type { ReadInteractionsOptions } from '../catalog/index.js';
import {
  FACTOR_STORAGES,
  MODEL_NAMES,
  type ModelName,
  type Settings,
  type VariantName,
} from '../types.js';
import type { Arguments, OptionSpec } from './arguments.js';
import { UsageError } from './failures.js';
import { parseSettings } from './settings.js';

const VARIANTS = ['auto', 'simd', 'simd-threads', 'relaxed-threads'] as const;

/** How files of interactions are read. */
export const INTERACTION_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'columns',
    value: 'NAMES',
    help: 'columns in order: user,item,value,timestamp (_ skips one); all rows are then data',
  },
  { name: 'header', help: 'the first row is a header, whatever --columns says' },
  {
    name: 'delimiter',
    value: 'TEXT',
    help: 'what divides fields, such as :: or "\\t"; found out if left out',
  },
  { name: 'min-value', value: 'NUMBER', help: 'keep rows with a value of at least this' },
];

export const SET_OPTION: OptionSpec = {
  name: 'set',
  value: 'KEY=VALUE …',
  multiple: true,
  help: 'settings of the model, such as num_factors=64',
};

export const SEED_OPTION: OptionSpec = {
  name: 'seed',
  value: 'N',
  help: 'seed of all randomness (default 1)',
};

/** Which model is trained, and how. */
export const TRAINING_OPTIONS: readonly OptionSpec[] = [
  { name: 'model', value: 'NAME', help: `auto, or one of ${MODEL_NAMES.join(', ')}` },
  SET_OPTION,
  { name: 'budget', value: 'SECONDS', help: 'how long auto may search (default 300)' },
  SEED_OPTION,
];

/** What the engine runs on. */
export const ENGINE_OPTIONS: readonly OptionSpec[] = [
  { name: 'threads', value: 'N', help: 'number of threads, or auto (default)' },
  { name: 'variant', value: 'NAME', help: `one of ${VARIANTS.join(', ')} (default auto)` },
];

/** How a model file is written. */
export const STORAGE_OPTION: OptionSpec = {
  name: 'storage',
  value: 'NAME',
  help: `item factors as ${FACTOR_STORAGES.join(', ')} (default f32): 4, 2 or 1 bytes each`,
};

export const JSON_OPTION: OptionSpec = { name: 'json', help: 'print one JSON object' };

export function interactionOptions(args: Arguments): ReadInteractionsOptions {
  const columns = args.list('columns');
  if (columns) columnsFromOption(columns); // throws what is wrong with them
  const minValue = args.number('min-value');
  const delimiter = args.text('delimiter')?.replaceAll('\\t', '\t');
  if (delimiter === '') {
    throw new UsageError('--delimiter is empty; expected one or more characters, such as ::.');
  }
  return {
    ...(columns && { columns }),
    ...(args.has('header') && { header: true }),
    ...(delimiter !== undefined && { delimiter }),
    ...(minValue !== undefined && { minValue }),
  };
}

export function trainingOptions(args: Arguments): {
  model: ModelName | 'auto';
  settings: Settings;
  budgetSeconds?: number;
  seed?: number;
} {
  args.required('model');
  const seed = args.integer('seed', 0);
  const budgetSeconds = args.number('budget');
  if (budgetSeconds !== undefined && !(budgetSeconds > 0)) {
    throw new UsageError(`--budget is ${budgetSeconds}; expected seconds, more than 0.`);
  }
  return {
    model: args.choice('model', ['auto', ...MODEL_NAMES]) as ModelName | 'auto',
    settings: parseSettings(args.all('set')),
    ...(budgetSeconds !== undefined && { budgetSeconds }),
    ...(seed !== undefined && { seed }),
  };
}

export function engineOptions(args: Arguments): {
  variant?: VariantName | 'auto';
  threads?: number | 'auto';
} {
  const variant = args.choice('variant', VARIANTS);
  const threads = args.text('threads') === 'auto' ? 'auto' : args.integer('threads', 1);
  return { ...(variant && { variant }), ...(threads !== undefined && { threads }) };
}
