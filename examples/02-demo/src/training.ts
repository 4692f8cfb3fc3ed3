import type { EvaluateResult, InteractionTable, Recommender, TrainResult } from 'inkling';
import { readMovieLens } from 'inkling/catalog';
import { type Catalogue, movieLensCatalogue } from './catalogue.ts';

/** From a person's own files to a model trained on them, all in this tab. */

export interface Training {
  catalogue: Catalogue;
  /** Those that count as "liked". */
  ratings: InteractionTable;
  popularity: EvaluateResult;
  model: EvaluateResult;
  trained: TrainResult;
  /** From the files to the finished model. */
  seconds: number;
}

export interface TrainingStep {
  words: string;
  /** Of the whole way, between 0 and 1. */
  fraction: number;
}

/** What part of the way each step is, roughly: for the bar only. */
const STEPS = {
  read: { words: 'Reading the files', from: 0, to: 0.2 },
  popularity: { words: 'Measuring popularity on ratings held out', from: 0.2, to: 0.3 },
  model: { words: 'Training and measuring iALS on the same ratings', from: 0.3, to: 0.65 },
  train: { words: 'Training iALS on everything', from: 0.65, to: 1 },
} as const;

/** From 3.5 stars on, a rating counts as "liked". */
const LEAST_STARS = 3.5;
const MEASURE = {
  split: 'random',
  testFraction: 0.2,
  metrics: ['recall@20', 'ndcg@20'],
  seed: 1,
} as const;

/** What the recommender shows meanwhile stays as it is. */
export async function trainOnFiles(
  recommender: Recommender,
  files: readonly File[],
  onStep: (step: TrainingStep) => void,
  signal: AbortSignal,
): Promise<Training> {
  const start = performance.now();
  const progressOf = (name: keyof typeof STEPS) => {
    const { words, from, to } = STEPS[name];
    onStep({ words, fraction: from });
    return ({ fraction }: { fraction: number }) =>
      onStep({ words, fraction: from + fraction * (to - from) });
  };

  const { items, interactions } = await readMovieLens(files, {
    minValue: LEAST_STARS,
    onProgress: progressOf('read'),
    signal,
  });
  const catalogue = movieLensCatalogue(items);
  const popularity = await recommender.evaluate({
    ...MEASURE,
    interactions,
    model: 'popularity',
    onProgress: progressOf('popularity'),
    signal,
  });
  const model = await recommender.evaluate({
    ...MEASURE,
    interactions,
    model: 'ials',
    onProgress: progressOf('model'),
    signal,
  });
  const trained = await recommender.train(interactions, {
    model: 'ials',
    use: false,
    onProgress: progressOf('train'),
    signal,
  });
  return {
    catalogue,
    ratings: interactions,
    popularity,
    model,
    trained,
    seconds: (performance.now() - start) / 1000,
  };
}
