// An app's use of the types; compiled, never run.
import {
  ERROR_CODES,
  type ErrorCode,
  type Info,
  InklingError,
  type InteractionTable,
  type Item,
  type Progress,
  type Recommendation,
  Recommender,
  type TrainResult,
  VERSION,
} from 'inkling';
import { readInteractions, readItems, readMovieLens } from 'inkling/catalog';
import { Recommender as InlineRecommender } from 'inkling/inline';

interface Film extends Item {
  director: string;
}

export async function use(films: readonly Film[], table: InteractionTable): Promise<string> {
  const recommender = await Recommender.open({
    catalog: films,
    storage: 'memory',
    threads: 'auto',
    variant: 'auto',
    wasmUrl: (variant) => `/assets/inkling-${variant}.wasm`,
    onProgress: ({ phase, fraction }: Progress) => console.log(phase, fraction),
  });
  await recommender.record({ item: 'a', type: 'rate', value: 5 });
  const list: Recommendation[] = await recommender.recommend({ k: 5, query: 'sea' });
  for (const { item, score, source, reasons } of list) {
    const parts: number = reasons.reduce((sum, reason) => sum + reason.contribution, 0);
    console.log(item.toUpperCase(), score - parts, source);
  }
  const result: TrainResult = await recommender.train(table, { settings: { numFactors: 16 } });
  const info: Info = recommender.info();
  await recommender.close();
  return `${VERSION} ${result.modelFile.byteLength} ${info.variant}`;
}

export async function read(file: Blob): Promise<Item[]> {
  await readInteractions('user,item\na,b');
  await readMovieLens([{ name: 'ratings.csv', blob: file }], { minValue: 3.5 });
  return readItems(file);
}

export function explain(error: unknown): ErrorCode | undefined {
  if (error instanceof InklingError && ERROR_CODES.includes(error.code)) return error.code;
  return undefined;
}

export function inline(films: readonly Film[]): Promise<Recommender> {
  return InlineRecommender.open({ catalog: films });
}

export async function mistakes(recommender: Recommender): Promise<void> {
  // @ts-expect-error a type of event that does not exist
  await recommender.record({ item: 'a', type: 'adore' });
  // @ts-expect-error the option is called k
  await recommender.recommend({ count: 5 });
  // @ts-expect-error an item needs an id
  await Recommender.open({ catalog: [{ title: 'nameless' }] });
  // @ts-expect-error not a model
  await recommender.train([], { model: 'magic' });
}
