import {
  anything,
  type Check,
  checkAgainst,
  flag,
  moreThanZero,
  oneOf,
  positive,
  text,
} from './option-checks.js';
import { isTopic } from './topics.js';
import { CRITIQUES, type Critique, EVENT_TYPES } from './types.js';

const callback: Check = (value) => (typeof value === 'function' ? null : 'a function');
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
const address: Check = (value) =>
  typeof value === 'string' || value instanceof URL ? null : 'an address';
const time: Check = (value) =>
  Number.isFinite(Number(value)) && (typeof value === 'number' || value instanceof Date)
    ? null
    : 'a Date or milliseconds since 1970';
const idList: Check = (value) =>
  Array.isArray(value) && !value.some(text) ? null : 'an array of item ids';
const finite: Check = (value) => (Number.isFinite(value) ? null : 'a number');
const share: Check = (value) =>
  (value as number) >= 0 && (value as number) <= 1 ? finite(value) : 'a number from 0 to 1';
/** Further ones would be lost in a float. */
const spreads: Check = (value) =>
  Math.abs(value as number) <= 1e9 ? finite(value) : 'a number from -1e9 to 1e9';
/** What a filter says is checked where the items are: here, that it can be worked with there. */
const filter: Check = (value) =>
  hasDepth(value, 0) ? null : 'a filter of plain values, 64 deep at most';
const hasDepth = (value: unknown, depth: number): boolean =>
  typeof value === 'object' && value !== null
    ? depth < 64 && Object.values(value).every((part) => hasDepth(part, depth + 1))
    : typeof value !== 'bigint';
/** An object with these parts and no others; those whose name ends in `?` may be missing. */
const parts = (shape: Record<string, Check>): Check => {
  const known = Object.entries(shape);
  return (value) => {
    const isRecord = Object(value) === value && !Array.isArray(value);
    const given = new Map(isRecord ? Object.entries(value as object) : []);
    const fit = known.every(([name, check]) => {
      const key = name.replace('?', '');
      const part = given.get(key);
      given.delete(key);
      return part === undefined ? key !== name : check(part) === null;
    });
    // What a check says of a function is what it expects.
    const expected = known.map(([name, check]) => `${name}: ${check(Object) ?? 'a filter'}`);
    return isRecord && fit && given.size === 0 ? null : `{${expected.join(', ')}}`;
  };
};
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((each) => check(each) === null)
      ? null
      : `an array of ${check(Object)}`;
const pin: Check = (value) => {
  const expected = text(value) && parts({ item: text, position: positive })(value);
  return expected && `ids or ${expected}`;
};
const abortSignal: Check = (value) =>
  typeof (value as AbortSignal | null)?.addEventListener === 'function' ? null : 'an AbortSignal';
const name: Check = (value) =>
  typeof value === 'string' && value.length >= 1 && value.length <= 100
    ? null
    : 'a string of 1 to 100 characters';

const critiques: Check = (value) =>
  [value]
    .flat()
    .every((each) =>
      typeof each === 'object' ? filter(each) === null : CRITIQUES.includes(each as Critique),
    )
    ? null
    : `one or several of ${CRITIQUES.join(', ')}, or a filter`;

const topics: Check = (value) =>
  [value].flat().every(isTopic) ? null : 'a topic or an array of topics: words or tags';
const limits: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(
    ([key, limit]) =>
      limit > 0 &&
      (key === 'days' ? Number.isFinite(limit) : key === 'events' && Number.isInteger(limit)),
  )
    ? null
    : '{days?, events?}, a number and a whole number above 0';
const encryption: Check = (value) =>
  typeof value === 'boolean' ||
  ((value as CryptoKey | null)?.algorithm?.name === 'AES-GCM' &&
    ['encrypt', 'decrypt'].every((use) => (value as CryptoKey).usages.includes(use as KeyUsage)))
    ? null
    : 'true, false or a CryptoKey for AES-GCM that encrypts and decrypts';

const fields: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((field) => {
    const {
      weight = 1,
      kind = 'words',
      ...more
    } = typeof field === 'number' ? { weight: field } : Object(field);
    return (
      field !== null &&
      weight > 0 &&
      weight < 1e6 &&
      ['words', 'tags', 'number'].includes(kind) &&
      !Object.keys(more).length
    );
  })
    ? null
    : '{name: weight above 0, or {weight?, kind?: "words", "tags" or "number"}}';

const ways = { signal: abortSignal, onProgress: callback };

/** The options of every public call, and what each must be. */
const OPTIONS = {
  open: {
    catalog: anything,
    model: anything,
    fields,
    stopWords: (value: unknown) => (idList(value) === null ? null : 'an array of words'),
    tokenizer: address,
    name,
    storage: oneOf('indexeddb', 'memory'),
    retention: limits,
    encryption,
    persist: flag,
    onChange: callback,
    threads: anything, // checked with the features at hand
    variant: anything,
    training: flag,
    personFactors: oneOf('fold_in', 'online', 'tuned'),
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
    allow: idList,
    excludeSeen: flag,
    filter,
    boost: listOf(parts({ filter, by: spreads })),
    pins: listOf(pin),
    caps: listOf(parts({ field: text, most: positive })),
    like: text,
    but: critiques,
    attributes: parts({ 'time?': text, 'length?': text }),
    picks: idList,
    context: (value: unknown) =>
      typeof value === 'object' && Object.values(value ?? [0]).every((each) => !text(each))
        ? null
        : 'an object of texts, such as {device: "mobile"}',
    explore: (value: unknown) => (typeof value === 'object' ? null : share(value)), // of the others the worker
    diversify: (value: unknown) => (typeof value === 'boolean' ? null : share(value)),
    rerank: anything,
    topics: text,
    constraints: anything,
    surprise: flag,
    seed: finite,
    freshness: parts({ 'field?': text, halfLifeDays: moreThanZero, by: spreads }),
    impressions: parts({ 'by?': spreads, 'halfLifeDays?': moreThanZero }),
    explain: reasons,
    adapt: flag,
    signal: abortSignal,
  },
  similar: { k: positive, signal: abortSignal },
  // What else is wanted, the worker checks: see training-options.ts.
  train: { ...ways, '': anything },
  evaluate: { ...ways, '': anything },
  edit: { mute: topics, prefer: topics, neutral: topics, forget: anything },
  'edit: forget': { item: text, type: oneOf(...EVENT_TYPES), at: time, from: time, to: time },
  erase: { name },
} satisfies Record<string, Record<string, Check>>;

/** @throws InklingError `invalid_argument` for an unknown name (naming the nearest) or a wrong value */
export function checkOptions(call: keyof typeof OPTIONS, options: unknown): void {
  checkAgainst(OPTIONS[call], call, options);
}
