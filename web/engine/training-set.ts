import type { InteractionLog, MainModule } from '#engine-module';
import type { InteractionTable } from '../types.js';
import type { Heap } from './heap.js';
import { owning } from './heap.js';
import type { IdIndex } from './id-index.js';
import { eventsHandled, throwIfAborted } from './slices.js';
import { check } from './status.js';

const BATCH_ROWS = 1 << 17;
const encoder = new TextEncoder();

/** Appends a table's rows to a log, its users and items translated to the given indices. */
export async function appendTable(
  heap: Heap,
  engine: InstanceType<MainModule['Engine']>,
  log: InteractionLog,
  table: InteractionTable,
  indices: { users: IdIndex; items: IdIndex },
  signal: AbortSignal | undefined,
): Promise<void> {
  const userOf = indices.users.addAll(table.userIds);
  const itemOf = indices.items.addAll(table.itemIds);
  for (let begin = 0; begin < table.users.length; begin += BATCH_ROWS) {
    throwIfAborted(signal);
    const end = Math.min(begin + BATCH_ROWS, table.users.length);
    const users = table.users.slice(begin, end).map((user) => userOf[user] ?? -1);
    const items = table.items.slice(begin, end).map((item) => itemOf[item] ?? -1);
    const timestamps = table.timestamps?.slice(begin, end) ?? new Float64Array(0);
    owning((own) => {
      const status = log.append(
        engine,
        own(heap.write(users)),
        own(heap.write(items)),
        own(heap.write(table.values.slice(begin, end))),
        own(heap.write(timestamps)),
      );
      check(engine, status);
    });
    await eventsHandled();
  }
}

/** UTF-8 of texts, one after the other. */
class EncodedTexts {
  private buffer = new Uint8Array(1024);
  private length = 0;

  /** Returns where the text ends. */
  add(text: string): number {
    const needed = this.length + text.length * 3;
    if (this.buffer.length < needed) {
      const larger = new Uint8Array(needed * 2);
      larger.set(this.buffer.subarray(0, this.length));
      this.buffer = larger;
    }
    if (text !== '') {
      this.length += encoder.encodeInto(text, this.buffer.subarray(this.length)).written;
    }
    return this.length;
  }

  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
}

/** Text n is the bytes from `offsets[n]` to `offsets[n + 1]`. */
export function encodeTexts(texts: readonly string[]): { bytes: Uint8Array; offsets: Uint32Array } {
  const encoded = new EncodedTexts();
  const offsets = new Uint32Array(texts.length + 1);
  for (const [n, text] of texts.entries()) offsets[n + 1] = encoded.add(text);
  return { bytes: encoded.bytes, offsets };
}

/** White space that hardly any text holds. */
const DOCUMENT_END = '\v';
const JOINED_CHARACTERS = 1 << 16;

/**
 * As `encodeTexts`, with white space after each text. A call of the encoder costs as much as some hundred characters, so
 * many texts are encoded at once, and folded, where that is wanted.
 */
export function encodeDocuments(
  documents: readonly string[],
  fold: (text: string) => string = (text) => text,
): ReturnType<typeof encodeTexts> {
  const encoded = new EncodedTexts();
  const offsets = new Uint32Array(documents.length + 1);
  let joined = '';
  for (const [n, document] of documents.entries()) {
    joined += document + DOCUMENT_END;
    if (joined.length < JOINED_CHARACTERS && n + 1 < documents.length) continue;
    encoded.add(fold(joined));
    joined = '';
  }
  const { bytes } = encoded;
  const end = DOCUMENT_END.charCodeAt(0);
  for (let n = 0; n < documents.length; n++) {
    offsets[n + 1] = bytes.indexOf(end, offsets[n] as number) + 1;
  }
  return offsets.at(-1) === bytes.length ? { bytes, offsets } : encodeTexts(documents.map(fold));
}
