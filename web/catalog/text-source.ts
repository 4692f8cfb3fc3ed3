import { InklingError } from '../errors.js';
import type { Progress } from '../types.js';
import { type DataErrorCode, decode, streamChunks } from './decode.js';

export type { DataErrorCode } from './decode.js';

/** Whatever a file can come as. Gzip is recognised by its first two bytes, whatever the name. */
export type TextSource = string | Blob | Uint8Array | AsyncIterable<Uint8Array | string>;

export interface SourceOptions {
  /** For messages and for guessing the format. Default: the name of a `File`, else `data`. */
  name?: string;
  /** Length of the source in bytes, for progress, where the source itself does not tell. */
  totalBytes?: number;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** Bytes decoded at a time, and characters handed on at a time: about a millisecond of parsing. */
const CHUNK_SIZE = 1 << 16;
/** A page stays responsive when no stretch of work is longer than this. */
const LONGEST_STRETCH_MS = 20;

/** The name used in messages about `source`. */
export function sourceName(source: TextSource, options: SourceOptions): string {
  if (options.name !== undefined) return options.name;
  const name = (source as { name?: unknown }).name;
  return typeof name === 'string' && name !== '' ? name : 'data';
}

/**
 * The text of `source`, in pieces of about 64 K characters, without a byte order mark. Gives way to
 * other work every 20 ms, so that a page stays responsive and an abort is noticed.
 *
 * @throws InklingError `code` when bytes are not UTF-8, gzip data is damaged, or the file is a zip;
 *   `aborted` when the signal fires.
 */
export async function* textChunks(
  source: TextSource,
  options: SourceOptions,
  code: DataErrorCode,
): AsyncGenerator<string, void, undefined> {
  const name = sourceName(source, options);
  const breather = new Breather(name, options.signal);
  const pieces = decode(rawChunks(source, name, options), name, code);
  let waiting: string[] = [];
  let length = 0;
  let first = true;
  for await (let piece of pieces) {
    if (first && piece !== '') {
      first = false;
      if (piece.startsWith('\uFEFF')) piece = piece.slice(1);
    }
    waiting.push(piece);
    length += piece.length;
    await breather.pause();
    if (length < CHUNK_SIZE) continue;
    yield waiting.join('');
    waiting = [];
    length = 0;
  }
  breather.check();
  if (length > 0) yield waiting.join('');
}

/** Characters of a file that is read whole: about half of what the strictest engine puts into one string. */
const LONGEST_TEXT = 1 << 28;

/** All of `source` as one string. Throws what `textChunks` throws, and `too_large`. */
export async function wholeText(
  source: TextSource,
  options: SourceOptions,
  code: DataErrorCode,
): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of textChunks(source, options, code)) {
    pieces.push(piece);
    length += piece.length;
    if (length > LONGEST_TEXT) {
      throw new InklingError(
        'too_large',
        `${sourceName(source, options)}: the text is longer than ${LONGEST_TEXT} characters; give ` +
          'fewer items, or shorter texts.',
      );
    }
  }
  return pieces.join('');
}

/** Lets timers, input and abort signals have their turn during long work. */
class Breather {
  private last = performance.now();

  constructor(
    private readonly name: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  check(): void {
    if (this.signal?.aborted) {
      throw new InklingError('aborted', `Reading ${this.name} was stopped by its signal.`);
    }
  }

  async pause(): Promise<void> {
    this.check();
    if (performance.now() - this.last < LONGEST_STRETCH_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.check();
    this.last = performance.now();
  }
}

async function* rawChunks(
  source: TextSource,
  name: string,
  options: SourceOptions,
): AsyncGenerator<Uint8Array | string, void, undefined> {
  const total = options.totalBytes ?? sizeOf(source);
  let done = 0;
  for await (const chunk of open(source, name)) {
    done += chunk.length;
    yield chunk;
    if (total > 0) {
      options.onProgress?.({ phase: 'read', fraction: Math.min(1, done / total) });
    }
  }
  options.onProgress?.({ phase: 'read', fraction: 1 });
}

function sizeOf(source: TextSource): number {
  if (typeof source === 'string' || source instanceof Uint8Array) return source.length;
  if (source instanceof Blob) return source.size;
  return 0;
}

async function* open(
  source: TextSource,
  name: string,
): AsyncGenerator<Uint8Array | string, void, undefined> {
  if (typeof source === 'string') {
    for (let at = 0; at < source.length; at += CHUNK_SIZE) yield source.slice(at, at + CHUNK_SIZE);
  } else if (source instanceof Uint8Array) {
    for (let at = 0; at < source.length; at += CHUNK_SIZE) {
      yield source.subarray(at, at + CHUNK_SIZE);
    }
  } else if (source instanceof Blob) {
    yield* streamChunks(source.stream() as ReadableStream<Uint8Array>);
  } else if (typeof source?.[Symbol.asyncIterator] === 'function') {
    yield* source;
  } else {
    throw new InklingError(
      'invalid_argument',
      `${name}: the source is ${source === null ? 'null' : `a ${typeof source}`}; expected a ` +
        'string, a Blob or File, a Uint8Array, or an async iterable of these bytes.',
    );
  }
}
