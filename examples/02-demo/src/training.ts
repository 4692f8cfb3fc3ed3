import { type EvaluateResult, Recommender, type TrainResult } from 'inkling';
import { readMovieLens } from 'inkling/catalog';
import { movieLensCatalogue } from './catalogue.ts';
import { Session } from './session.ts';

/** From a person's own files to a recommender trained on them, all in this tab. */

export interface Training {
  session: Session;
  popularity: EvaluateResult;
  model: EvaluateResult;
  trained: TrainResult;
  /** From the files to the finished recommender. */
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

export async function trainOnFiles(
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
  // Opinions about this catalogue live as long as the tab: its ids mean something in this file only.
  const recommender = await Recommender.open({
    catalog: items,
    name: 'own-ratings',
    storage: 'memory',
    signal,
  });
  try {
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
      onProgress: progressOf('train'),
      signal,
    });
    return {
      session: new Session(recommender, catalogue),
      popularity,
      model,
      trained,
      seconds: (performance.now() - start) / 1000,
    };
  } catch (error) {
    await recommender.close();
    throw error;
  }
}
