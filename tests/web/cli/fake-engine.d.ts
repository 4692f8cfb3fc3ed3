import type {
  EvaluateOptions,
  EvaluateResult,
  InteractionEvent,
  InteractionTable,
  Item,
  Recommendation,
  RecommendOptions,
  SimilarItem,
  TrainOptions,
  VariantName,
} from '../../../web/types.js';
/** Calls the fake engine got, newest last. */
export declare const calls: {
  name: string;
  arguments: unknown[];
}[];
/** Engines, models and rankers that are not disposed of yet. */
export declare const open: {
  count: number;
};
export declare function loadEngine(options: {
  variant?: VariantName | 'auto';
  threads?: number | 'auto';
}): Promise<Engine>;
export declare class Engine {
  readonly variant = 'simd';
  readonly threads = 1;
  constructor();
  train(
    table: InteractionTable | null,
    options: TrainOptions & {
      items?: readonly Item[];
    },
  ): Promise<TrainedModel>;
  evaluate(
    options: EvaluateOptions & {
      items?: readonly Item[];
    },
  ): Promise<EvaluateResult>;
  openModel(bytes: Uint8Array): TrainedModel;
  dispose(): void;
}
export declare class TrainedModel {
  private readonly bytes;
  readonly name = 'ials';
  constructor(bytes: Uint8Array);
  save(): Uint8Array;
  inspect(): {
    format_version: number;
    model: 'ials';
    config: {
      num_factors: number;
      weighting: string;
    };
    items: number;
    bytes: number;
    checksum: string;
    tensors: {
      name: string;
      dtype: string;
      shape: number[];
      bytes: number;
    }[];
  };
  dispose(): void;
}
export declare class Ranker {
  constructor(
    _engine: Engine,
    options: {
      items?: readonly Item[];
      model?: TrainedModel;
    },
  );
  recommend(events: readonly InteractionEvent[], options: RecommendOptions): Recommendation[];
  similar(
    id: string,
    options: {
      k?: number;
    },
  ): SimilarItem[];
  dispose(): void;
}
