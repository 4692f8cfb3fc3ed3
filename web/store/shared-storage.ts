/**
 * Whether page and worker see the same databases. In WebKit, workers from blob: addresses of pages that are opened from
 * disk have a storage of their own, in which they would look for events in vain; Chromium and Firefox do not.
 */
export async function workersShareStorage(name: string): Promise<boolean> {
  return location.protocol !== 'file:' || !(await workersStoreApart(name));
}

/** What a worker does: says whether a database is new to it, and removes it if so. */
function tellWhetherNew(): void {
  self.onmessage = ({ data }: MessageEvent<string>) => {
    let isNew = false;
    const opening = indexedDB.open(data);
    opening.onupgradeneeded = () => {
      isNew = true;
    };
    opening.onerror = () => self.postMessage(false);
    opening.onsuccess = () => {
      opening.result.close();
      if (isNew) indexedDB.deleteDatabase(data);
      self.postMessage(isNew);
    };
  };
}

/** Whether a worker does not see a database that this page has just made. */
function workersStoreApart(name: string): Promise<boolean> {
  const database = `inkling-probe:${name}`;
  const address = URL.createObjectURL(new Blob([`(${tellWhetherNew})()`]));
  const worker = new Worker(address);
  const answer = new Promise<boolean>((resolve) => {
    const opening = indexedDB.open(database);
    // The store itself says what is wrong with the storage, and the engine's worker what is wrong with workers.
    opening.onerror = () => resolve(false);
    worker.onerror = () => resolve(false);
    opening.onsuccess = () => {
      opening.result.close();
      worker.onmessage = ({ data }: MessageEvent<boolean>) => resolve(data);
      worker.postMessage(database);
    };
  });
  return answer
    .catch(() => false) // storage is denied: the store itself says so
    .finally(() => {
      worker.terminate();
      URL.revokeObjectURL(address);
      indexedDB.deleteDatabase(database);
    });
}
