// The package as it is built: what users get, with the real wasm.
import type { Recommender as RecommenderType } from '../../web/recommender.js';

const built = (await import(new URL('../../dist/node.js', import.meta.url).href)) as {
  Recommender: typeof RecommenderType;
};

export const Recommender = built.Recommender;
export type Recommender = RecommenderType;
