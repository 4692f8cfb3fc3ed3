import { InklingError } from '../errors.js';

/** Which code an unreadable file is reported under. */
export type DataErrorCode = 'invalid_interactions' | 'invalid_catalog';

/**
 * Text of chunks that are text, UTF-8 bytes or gzipped UTF-8 bytes.
 *
 * @throws InklingError `code` when the bytes are not UTF-8, gzip data is damaged, or it is a zip.
 */
export async function* decode(
  chunks: AsyncGenerator<Uint8Array | string, void, undefined>,
  name: string,
  code: DataErrorCode,
): AsyncGenerator<string, void, undefined> {
  const decoder = new Utf8Decoder(name, code);
  for await (const chunk of unpack(chunks, name, code)) {
    yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, true);
  }
  yield decoder.decode(new Uint8Array(0), false);
}

/** Looks at the first bytes, and sends gzip data through a decompressor. */
async function* unpack(
  chunks: AsyncGenerator<Uint8Array | string, void, undefined>,
  name: string,
  code: DataErrorCode,
): AsyncGenerator<Uint8Array | string, void, undefined> {
  let head = new Uint8Array(0);
  while (head.length < 4) {
    const next = await chunks.next();
    if (next.done) break;
    if (typeof next.value === 'string') {
      if (head.length > 0) yield head;
      yield next.value;
      yield* chunks;
      return;
    }
    head = concatenate(head, next.value);
  }
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) {
    await chunks.return();
    throw new InklingError(
      code,
      `${name}: this is a zip archive; expected text, plain or gzipped. Unpack it first, or give ` +
        'the zip of a MovieLens folder to readMovieLens.',
    );
  }
  if (head[0] === 0x1f && head[1] === 0x8b) {
    yield* gunzip(head, chunks, name, code);
  } else {
    if (head.length > 0) yield head;
    yield* chunks;
  }
}

async function* gunzip(
  head: Uint8Array<ArrayBuffer>,
  rest: AsyncGenerator<Uint8Array | string, void, undefined>,
  name: string,
  code: DataErrorCode,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Failures of the source itself pass through unchanged; all others are damaged gzip data.
  let sourceFailure: unknown;
  const packed = new ReadableStream<BufferSource>({
    start: (controller) => controller.enqueue(head),
    async pull(controller) {
      try {
        const next = await rest.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
      } catch (error) {
        sourceFailure = error;
        throw error;
      }
    },
    cancel: async () => void (await rest.return()),
  });
  const unpacked = packed.pipeThrough(new DecompressionStream('gzip'));
  const chunks = streamChunks(unpacked as ReadableStream<Uint8Array>);
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array, void>;
      try {
        next = await chunks.next();
      } catch (cause) {
        if (sourceFailure !== undefined) throw sourceFailure;
        const detail = cause instanceof Error ? cause.message : String(cause);
        throw new InklingError(
          code,
          `${name}: the gzip data is damaged or cut short (${detail}); ` +
            'fetch or pack the file again.',
          { cause },
        );
      }
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await chunks.return();
  }
}

/** Strict UTF-8: a replaced character would change an id without anyone noticing. */
class Utf8Decoder {
  private readonly strict = new TextDecoder('utf-8', { fatal: true });
  private lines = 0;

  constructor(
    private readonly name: string,
    private readonly code: DataErrorCode,
  ) {}

  decode(bytes: Uint8Array, more: boolean): string {
    try {
      const text = this.strict.decode(bytes, { stream: more });
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.lines++;
      return text;
    } catch (cause) {
      const lenient = new TextDecoder('utf-8').decode(bytes);
      const before = lenient.slice(0, Math.max(0, lenient.indexOf('\uFFFD')));
      const line = this.lines + before.split('\n').length;
      throw new InklingError(
        this.code,
        `${this.name}, line ${line}: the bytes are not UTF-8 text; save the file as UTF-8.`,
        { cause },
      );
    }
  }
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Chunks of a stream; not every browser can iterate one. */
export async function* streamChunks(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    finished = true;
  } finally {
    if (!finished) await reader.cancel().catch(() => undefined);
  }
}
