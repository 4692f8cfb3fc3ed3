import { InklingError } from '../errors.js';
import type { Info } from '../types.js';
import type { EventLog } from './event-log.js';
import { IndexedDbStore } from './indexeddb-store.js';
import { MemoryStore } from './memory-store.js';

/**
 * Opens the event log of a name. Where IndexedDB is denied or broken, events are kept in memory and `storage.degraded`
 * says why: a person in a private window still gets recommendations.
 *
 * @throws InklingError `storage_unavailable` when IndexedDB is asked for where there is none at all;
 *   `unsupported_version` when a newer release has written there, which must not be overwritten
 */
export async function openStore(
  name: string,
  wanted: 'indexeddb' | 'memory' | undefined,
): Promise<{ log: EventLog; storage: Info['storage'] }> {
  const exists = typeof indexedDB !== 'undefined';
  if (wanted === 'indexeddb' && !exists) {
    throw new InklingError(
      'storage_unavailable',
      "storage: 'indexeddb' was asked for, and there is no IndexedDB here (Node has none); use storage: 'memory'",
    );
  }
  if (wanted === 'memory' || !exists)
    return { log: new MemoryStore(), storage: { kind: 'memory' } };
  try {
    return { log: await IndexedDbStore.open(name), storage: { kind: 'indexeddb' } };
  } catch (error) {
    if (!(error instanceof InklingError) || error.code !== 'storage_unavailable') throw error;
    const degraded = `Events are kept in memory and end with this page: ${error.message}`;
    return { log: new MemoryStore(), storage: { kind: 'memory', degraded } };
  }
}
