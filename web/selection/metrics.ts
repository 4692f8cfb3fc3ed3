import type { ModelName } from '../types.js';

/** What `auto` chooses from: models of interactions alone that rank, are not made of others, and whose files hold nothing of any user. */
export const AUTO_MODELS: readonly ModelName[] = [
  'item_neighbors',
  'ials',
  'ease',
  'item_graph',
  'graph_filter',
  'sparse_linear',
  'pure_svd',
  'bpr',
  'popularity',
];

/** What `auto` chooses from when a metric compares values. */
export const RATING_MODELS: readonly ModelName[] = ['biased_sgd'];

/** Whether the metric is an error: less of it is better. */
export function smallerIsBetter(metric: string): boolean {
  return metric === 'rmse' || metric === 'mae';
}

/** Whether a metric says how good lists are, so that a model can be chosen by it; others say how they differ. */
export function isOfQuality(metric: string): boolean {
  return !(
    isOfTopics(metric) ||
    /^(novelty|diversity|popularity_bias|exposure_ratio|coverage|gini)@/.test(metric)
  );
}

/** Whether it, or one of several with commas between, takes to know what the items are about. */
export function isOfTopics(metric: string): boolean {
  return /intra|topic|calib|seren/.test(metric);
}

/** The models that are worth comparing by a metric. */
export function modelsFor(wanted: ModelName | 'auto', metric: string): readonly ModelName[] {
  if (wanted !== 'auto') return [wanted];
  return smallerIsBetter(metric) ? RATING_MODELS : AUTO_MODELS;
}
