import { describe, idProblem } from './catalog/ids.js';
import { didYouMean } from './did-you-mean.js';
import { InklingError } from './errors.js';
import { EVENT_TYPES, FACTOR_STORAGES, type InteractionEvent } from './types.js';

type Check = (value: unknown) => string | null;

const text: Check = (value) => (typeof value === 'string' ? null : 'a string');
const flag: Check = (value) => (typeof value === 'boolean' ? null : 'true or false');
const callback: Check = (value) => (typeof value === 'function' ? null : 'a function');
const anything: Check = () => null;
const positive: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 1 ? null : 'a whole number of at least 1';
const reasons: Check = (value) =>
  typeof value === 'boolean' ||
  value === Infinity ||
  (Number.isSafeInteger(value) && (value as number) >= 0)
    ? null
    : 'true, false, or how many reasons: a whole number or Infinity';
const addresses: Check = (value) =>
  typeof value === 'string' || typeof value === 'function' || value instanceof URL
    ? null
    : 'an address, or a function that gives one';
const moreThanZero: Check = (value) =>
  Number.isFinite(value) && (value as number) > 0 ? null : 'a number above 0';
const idList: Check = (value) =>
  Array.isArray(value) && value.every((id) => typeof id === 'string')
    ? null
    : 'an array of item ids';
const abortSignal: Check = (value) =>
  typeof (value as AbortSignal | null)?.addEventListener === 'function' ? null : 'an AbortSignal';
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string) ? null : `one of ${values.join(', ')}`;
const name: Check = (value) =>
  typeof value === 'string' && value.length >= 1 && value.length <= 100
    ? null
    : 'a string of 1 to 100 characters';

const modelAndSettings: Check = (value) =>
  typeof (value as { model?: unknown } | null)?.model === 'string' &&
  Object.keys(value as object).every((key) => key === 'model' || key === 'settings')
    ? null
    : '{model, settings?}';

/** The options of every public call, and what each must be. */
const OPTIONS = {
  open: {
    catalog: anything,
    model: anything,
    name,
    storage: oneOf('indexeddb', 'memory'),
    threads: anything, // checked with the features at hand
    variant: anything,
    training: flag,
    wasmUrl: addresses,
    wasmBinary: anything,
    workerUrl: anything,
    signal: abortSignal,
    onProgress: callback,
    logger: anything,
  },
  reload: {
    catalog: anything,
    model: anything,
    name,
    storage: oneOf('indexeddb', 'memory'),
    signal: abortSignal,
    onProgress: callback,
  },
  recommend: {
    k: positive,
    query: text,
    exclude: idList,
    excludeSeen: flag,
    explain: reasons,
    signal: abortSignal,
  },
  similar: { k: positive, signal: abortSignal },
  train: {
    model: text,
    settings: anything,
    budgetSeconds: moreThanZero,
    seed: anything,
    use: flag,
    storage: oneOf(...FACTOR_STORAGES),
    onProgress: callback,
    signal: abortSignal,
  },
  evaluate: {
    interactions: anything,
    split: text,
    testFraction: anything,
    train: anything,
    test: anything,
    negatives: anything,
    model: text,
    settings: anything,
    budgetSeconds: moreThanZero,
    metrics: (value: unknown) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((metric) => typeof metric === 'string')
        ? null
        : 'an array of names such as "ndcg@20"',
    baseline: modelAndSettings,
    storage: oneOf(...FACTOR_STORAGES),
    knownItemsOnly: flag,
    seed: anything,
    onProgress: callback,
    signal: abortSignal,
  },
  edit: { forget: anything },
} satisfies Record<string, Record<string, Check>>;

/** @throws InklingError `invalid_argument` for an unknown name (naming the nearest) or a wrong value */
export function checkOptions(call: keyof typeof OPTIONS, options: unknown): void {
  const known: Record<string, Check> = OPTIONS[call];
  if (typeof options !== 'object' || options === null) {
    throw new InklingError(
      'invalid_argument',
      `${call}: the options are ${describe(options)}; expected an object`,
    );
  }
  for (const [key, value] of Object.entries(options)) {
    const check = Object.hasOwn(known, key) ? known[key] : undefined;
    if (!check) {
      const names = Object.keys(known);
      throw new InklingError(
        'invalid_argument',
        `${call}: unknown option "${key}"${didYouMean(key, names)}; known are ${names.join(', ')}`,
      );
    }
    const expected = value === undefined ? null : check(value);
    if (expected !== null) {
      throw new InklingError(
        'invalid_argument',
        `${call}: ${key} is ${describe(value)}; expected ${expected}`,
      );
    }
  }
}

const MAX_TIME = 8.64e15; // the last millisecond that a Date can hold

/** Checks an event and sets its time. Extra attributes are refused, so that nothing is silently lost. */
export function checkEvent(
  event: InteractionEvent,
  now: number,
): InteractionEvent & { at: number } {
  const wrong = (text: string) => new InklingError('invalid_argument', `record: ${text}`);
  if (typeof event !== 'object' || event === null) {
    throw wrong(`the event is ${describe(event)}; expected {item, type, value?, at?}`);
  }
  const { item, type, value, at = now } = event;
  const unknown = Object.keys(event).find((key) => !['item', 'type', 'value', 'at'].includes(key));
  if (unknown !== undefined) {
    throw wrong(`unknown attribute "${unknown}" of the event; known are item, type, value, at`);
  }
  const badId = idProblem(item);
  if (badId !== null) throw wrong(`the item ${badId}`);
  if (!EVENT_TYPES.includes(type)) {
    throw wrong(
      `the type is ${describe(type)}${typeof type === 'string' ? didYouMean(type, EVENT_TYPES) : ''}; ` +
        `expected one of ${EVENT_TYPES.join(', ')}`,
    );
  }
  if (type === 'rate' && !(typeof value === 'number' && value >= 1 && value <= 5)) {
    throw wrong(`the value of a rate event is ${describe(value)}; expected a number from 1 to 5`);
  }
  if (type !== 'rate' && value !== undefined) {
    throw wrong(`a ${type} event has no value; leave it out, or use the type "rate"`);
  }
  if (!Number.isFinite(at) || Math.abs(at) > MAX_TIME) {
    throw wrong(`at is ${describe(at)}; expected milliseconds since 1970, such as Date.now()`);
  }
  return value === undefined ? { item, type, at } : { item, type, value, at };
}
