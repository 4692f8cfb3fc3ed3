import { promisifyRequest } from 'idb-keyval';
import { InklingError } from '../errors.js';
import type { Connection } from './database.js';

/** A value that only who has the key can read: AES-GCM over its JSON, with a nonce of its own. */
export interface Sealed {
  nonce: Uint8Array;
  sealed: ArrayBuffer;
}

const ALGORITHM = 'AES-GCM';
const NONCE_BYTES = 12;

export function isSealed(value: unknown): value is Sealed {
  return (value as Partial<Sealed>).sealed !== undefined;
}

export async function seal(key: CryptoKey, value: unknown): Promise<Sealed> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { nonce, sealed: await crypto.subtle.encrypt({ name: ALGORITHM, iv: nonce }, key, text) };
}

/** @throws InklingError `storage_unavailable` when the key is missing or another one */
export async function unseal<T>(key: CryptoKey | null, { nonce, sealed }: Sealed): Promise<T> {
  try {
    const algorithm = { name: ALGORITHM, iv: nonce as BufferSource };
    const text = await crypto.subtle.decrypt(algorithm, key as CryptoKey, sealed);
    return JSON.parse(new TextDecoder().decode(text)) as T;
  } catch (cause) {
    throw new InklingError(
      'storage_unavailable',
      `the stored events are encrypted, and ${key ? 'not with this key' : 'there is no key'}; ` +
        'open with encryption: the key they were stored with, or Recommender.erase() them',
      { cause },
    );
  }
}

/** The key that is kept in the database; null where there is none and none is to be made. No script can read its bytes. */
export async function ownKey(connection: Connection, make: boolean): Promise<CryptoKey | null> {
  const kept = () =>
    connection.read(
      ({ meta }) => promisifyRequest(meta.get('key')) as Promise<CryptoKey | undefined>,
    );
  if (make && !(await kept())) {
    const key = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]);
    // Another tab may have been faster.
    await connection.write(async ({ meta }) =>
      (await promisifyRequest(meta.get('key'))) ? {} : { meta: { key } },
    );
  }
  return (await kept()) ?? null;
}
