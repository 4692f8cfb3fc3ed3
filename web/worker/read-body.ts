import type { Progress } from '../types.js';

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
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}
