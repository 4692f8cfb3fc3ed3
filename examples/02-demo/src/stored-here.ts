/** What this origin keeps on the device, as the browser tells. Nothing is created by looking. */

export interface Stored {
  databases: {
    name: string;
    /** The storage bucket that it is in: Chromium has a second copy there. */
    bucket: string | undefined;
    stores: { name: string; records: number }[];
  }[];
  /** What the browser believes it all takes; `undefined` where it does not say. */
  bytes: number | undefined;
  cookies: number;
  localStorage: number;
  sessionStorage: number;
  caches: number;
  serviceWorkers: number;
  files: number;
}

export async function storedHere(): Promise<Stored> {
  const [databases, estimate, cacheNames, registrations, files] = await Promise.all([
    readDatabases(),
    navigator.storage?.estimate?.(),
    globalThis.caches?.keys() ?? [],
    navigator.serviceWorker?.getRegistrations() ?? [],
    countFiles(),
  ]);
  return {
    databases,
    bytes: estimate?.usage,
    cookies: document.cookie === '' ? 0 : document.cookie.split(';').length,
    localStorage: localStorage.length,
    sessionStorage: sessionStorage.length,
    caches: cacheNames.length,
    serviceWorkers: registrations.length,
    files,
  };
}

/** https://wicg.github.io/storage-buckets/, which types do not know yet */
interface StorageBuckets {
  keys(): Promise<string[]>;
  open(name: string): Promise<{ indexedDB: IDBFactory }>;
}

async function readDatabases(): Promise<Stored['databases']> {
  const found = await databasesOf(indexedDB);
  const { storageBuckets } = navigator as { storageBuckets?: StorageBuckets };
  for (const bucket of (await storageBuckets?.keys()) ?? []) {
    const opened = await storageBuckets?.open(bucket);
    if (opened) found.push(...(await databasesOf(opened.indexedDB, bucket)));
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

async function databasesOf(factory: IDBFactory, bucket?: string): Promise<Stored['databases']> {
  const found: Stored['databases'] = [];
  for (const { name } of await factory.databases()) {
    const database = name === undefined ? undefined : await openExisting(factory, name);
    if (!database) continue;
    const stores: Stored['databases'][number]['stores'] = [];
    for (const store of database.objectStoreNames) {
      stores.push({ name: store, records: await countRecords(database, store) });
    }
    database.close();
    found.push({ name: database.name, bucket, stores });
  }
  return found;
}

/** A database that was erased since it was listed is not made anew. */
function openExisting(factory: IDBFactory, name: string): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    const request = factory.open(name);
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(undefined);
  });
}

function countRecords(database: IDBDatabase, store: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = database.transaction(store).objectStore(store).count();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function countFiles(): Promise<number> {
  try {
    const folder = await navigator.storage.getDirectory();
    let files = 0;
    for await (const _ of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) files++;
    return files;
  } catch {
    return 0; // no such folder here, so nothing is in it
  }
}
