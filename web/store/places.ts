/**
 * Where databases are; null where there is no such place.
 *
 * @param create whether it is to be made, where it takes that
 */
export type Place = (create: boolean) => Promise<IDBFactory | null>;

/** https://wicg.github.io/storage-buckets/, which types do not know yet */
interface StorageBuckets {
  keys(): Promise<string[]>;
  open(name: string): Promise<{ indexedDB: IDBFactory }>;
}

const BUCKET = 'inkling';

function buckets(): StorageBuckets | undefined {
  return (globalThis.navigator as { storageBuckets?: StorageBuckets } | undefined)?.storageBuckets;
}

/**
 * Only Chromium has storage buckets, and only Chromium needs them: it empties all databases of a folder when it finds one
 * file of it damaged, as some kills leave it. A bucket has a folder of its own.
 */
export function canCopy(): boolean {
  return buckets() !== undefined;
}

export const usualPlace: Place = async () => indexedDB;

export const secondPlace: Place = async (create) => {
  const all = buckets();
  if (!all || !(create || (await all.keys()).includes(BUCKET))) return null;
  return (await all.open(BUCKET)).indexedDB;
};
