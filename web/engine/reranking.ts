import type { ItemTopics, Reranking } from '#engine-module';
import { describe } from '../catalog/ids.js';
import { didYouMean } from '../did-you-mean.js';
import { InklingError } from '../errors.js';
import type { RerankMethod, RerankOptions, RerankStep } from '../types.js';
import type { ServingEngine } from './serving-engine.js';
import { check } from './status.js';
import type { TrainedModel } from './trained-model.js';

/** In the order of the core's `RerankStep::By`. */
export const RERANK_METHODS: readonly RerankMethod[] = [
  'mmr',
  'msd',
  'dpp',
  'xquad',
  'calibrate',
  'clusters',
  'popularity',
  'serendipity',
];
/** In the order of the core's `RerankStep::On`. */
const BASES: readonly RerankStep['on'][] = ['topics', 'vectors'];
const DEFAULT_CANDIDATES = 100;

/**
 * Whether an app's words are those options. What the numbers may be, the core says.
 *
 * @throws InklingError `invalid_argument`
 */
export function checkRerank(rerank: unknown): asserts rerank is RerankOptions {
  const { candidates, steps } = record('rerank', rerank, ['candidates', 'steps']);
  expectCount('rerank.candidates', candidates);
  if (!Array.isArray(steps) || steps.length === 0) {
    throw wrong('rerank.steps', steps, 'an array of steps such as {by: "mmr", weight: 0.3}');
  }
  for (const [n, step] of steps.entries()) {
    const at = `rerank.steps[${n}]`;
    const { by, weight, window, on } = record(at, step, ['by', 'weight', 'window', 'on']);
    expectOneOf(`${at}.by`, by, RERANK_METHODS);
    if (typeof weight !== 'number') throw wrong(`${at}.weight`, weight, 'a number from 0 to 1');
    expectCount(`${at}.window`, window);
    if (on !== undefined) expectOneOf(`${at}.on`, on, BASES as string[]);
  }
}

/** Whether a step asks what the items are about, whatever the model has. */
export function needsTopics({ by, on }: RerankStep): boolean {
  return by !== 'popularity' && on !== 'vectors';
}

/** Re-ranks lists of a model by options that are right. The caller deletes it, and not after the model and the topics. */
export function createReranking(
  { module, wasm }: ServingEngine,
  { candidates = DEFAULT_CANDIDATES, steps }: RerankOptions,
  model: TrainedModel,
  topics: ItemTopics | null,
  seed: number,
): Reranking {
  const reranking = new module.Reranking();
  try {
    for (const { by, weight, window = 0, on = 'topics' } of steps) {
      reranking.add(RERANK_METHODS.indexOf(by), weight, window, BASES.indexOf(on));
    }
    check(wasm, reranking.use(wasm, model.handle, topics, candidates, seed));
  } catch (error) {
    reranking.delete();
    throw error;
  }
  return reranking;
}

function wrong(what: string, value: unknown, expected: string): InklingError {
  return new InklingError(
    'invalid_argument',
    `${what} is ${describe(value)}; expected ${expected}`,
  );
}

/** An object without other parts than these. */
function record(what: string, value: unknown, known: readonly string[]): Record<string, unknown> {
  if (Object(value) !== value || Array.isArray(value)) {
    throw wrong(what, value, `an object with ${known.join(', ')}`);
  }
  for (const key of Object.keys(value as object)) {
    if (known.includes(key)) continue;
    throw new InklingError(
      'invalid_argument',
      `${what} has an unknown part "${key}"${didYouMean(key, known)}; known are ${known.join(', ')}`,
    );
  }
  return value as Record<string, unknown>;
}

function expectCount(what: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 1)) return;
  throw wrong(what, value, 'a whole number of at least 1');
}

function expectOneOf(what: string, value: unknown, known: readonly string[]): void {
  if (known.includes(value as string)) return;
  const near = typeof value === 'string' ? didYouMean(value, known) : '';
  throw new InklingError(
    'invalid_argument',
    `${what} is ${describe(value)}${near}; expected one of ${known.join(', ')}`,
  );
}
