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
import { FACTOR_STORAGES } from './types.js';

const bytes: Check = (value) => (ArrayBuffer.isView(value) ? null : 'a Uint8Array');

const modelAndSettings: Check = (value) =>
  typeof (value as { model?: unknown } | null)?.model === 'string' &&
  Object.keys(value as object).every((key) => key === 'model' || key === 'settings')
    ? null
    : '{model, settings?}';

/** The options that the page sends on: it has checked the others. */
const OPTIONS = {
  train: {
    interactions: anything, // where they are read
    model: text,
    settings: anything,
    vectors: anything, // where they are used
    budgetSeconds: moreThanZero,
    seed: anything,
    use: flag,
    storage: oneOf(...FACTOR_STORAGES),
    checkpoints: flag,
    resume: bytes,
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
    vectors: anything,
    budgetSeconds: moreThanZero,
    metrics: (value: unknown) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((metric) => typeof metric === 'string')
        ? null
        : 'an array of names such as "ndcg@20"',
    baseline: modelAndSettings,
    topics: text,
    rerank: anything, // where it is done
    storage: oneOf(...FACTOR_STORAGES),
    knownItemsOnly: flag,
    historyEvents: positive,
    personFactors: oneOf('fold_in', 'tuned'),
    sampledNegatives: positive,
    checkpoints: flag,
    resume: bytes,
    seed: anything,
  },
} satisfies Record<string, Record<string, Check>>;

/** @throws InklingError `invalid_argument` for an unknown name (naming the nearest) or a wrong value */
export function checkTrainingOptions(call: keyof typeof OPTIONS, options: object): void {
  checkAgainst(OPTIONS[call], call, options);
}
