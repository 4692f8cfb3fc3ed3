import { InklingError } from '../errors.js';
import type { Progress } from '../types.js';
import type { DataSource } from './protocol.js';

/**
 * The bytes of a catalogue or model.
 *
 * @param what for messages: "the model"
 * @throws InklingError `wrong_content` when the address gives nothing, or an HTML page
 */
export async function readSource(
  source: DataSource,
  what: string,
  signal: AbortSignal,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<Uint8Array> {
  if ('bytes' in source) return source.bytes;
  if ('blob' in source) return new Uint8Array(await source.blob.arrayBuffer());
  let response: Response;
  try {
    response = await fetch(source.url, { credentials: 'same-origin', signal });
  } catch (cause) {
    if (signal.aborted)
      throw new InklingError('aborted', 'the call was stopped by its AbortSignal', { cause });
    throw new InklingError(
      'wrong_content',
      `${what} could not be fetched from ${source.url} (${String(cause)})`,
      {
        cause,
      },
    );
  }
  if (!response.ok) {
    throw new InklingError(
      'wrong_content',
      `${what} could not be fetched from ${source.url}: HTTP ${response.status}; check the address`,
    );
  }
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    throw new InklingError(
      'wrong_content',
      `${source.url} should be ${what}, but an HTML page came; check the address (many servers answer ` +
        'missing files with their start page)',
    );
  }
  return readBody(response, onProgress);
}

/** The bytes of a response; tells how far it is where the length is known. */
export async function readBody(
  response: Response,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<Uint8Array> {
  const total = Number(response.headers.get('content-length'));
  if (!onProgress || !response.body || !(total > 0))
    return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    length += part.value.length;
    // A compressed body is longer than its content-length says.
    onProgress({ phase: 'download', fraction: Math.min(1, length / total) });
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
