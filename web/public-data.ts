import { InklingError } from './errors.js';
import type { Item, OpenOptions } from './types.js';
import type { CallOptions } from './worker/client.js';
import type { PublicData } from './worker/protocol.js';
import { readBody } from './worker/read-body.js';

type Source = { url: string } | { blob: Blob } | { bytes: Uint8Array };

/** What a page has published: the items there are, and what was learned of them elsewhere. */
export interface PublicSources {
  catalog?: { items: readonly Item[] } | Source | undefined;
  model?: Source | undefined;
}

/** What is there, and which of its bytes may be given away. */
export interface ReadData {
  data: PublicData;
  transfer: ArrayBuffer[];
}

/** @throws InklingError `invalid_argument` */
export function publicSources(
  catalog: OpenOptions['catalog'],
  model: OpenOptions['model'],
): PublicSources {
  return {
    catalog: catalog === undefined ? undefined : catalogSource(catalog),
    model: model === undefined ? undefined : modelSource(model),
  };
}

/**
 * Fetches what is to be fetched, side by side.
 *
 * @throws InklingError `wrong_content`, `aborted`
 */
export async function readPublicData(
  { catalog, model }: PublicSources,
  { signal, onProgress }: CallOptions,
): Promise<ReadData> {
  const read = async (source: Source, what: string, onModel?: CallOptions['onProgress']) => {
    const bytes = await readSource(source, what, signal, onModel);
    return { bytes, name: 'url' in source ? source.url : what };
  };
  const [items, modelFile] = await Promise.all([
    catalog && ('items' in catalog ? catalog : read(catalog, 'the catalogue')),
    model && read(model, 'the model', onProgress),
  ]);
  const transfer: ArrayBuffer[] = [];
  if (items && 'bytes' in items) transfer.push(items.bytes.buffer as ArrayBuffer);
  // Bytes that an app has given stay its own.
  if (model && !('bytes' in model)) transfer.push(modelFile?.bytes.buffer as ArrayBuffer);
  return { data: { catalog: items, model: modelFile?.bytes }, transfer };
}

/** Addresses are resolved here: the worker may stand in another folder. */
export function absolute(url: URL | string): string {
  const base = (globalThis as { document?: { baseURI: string } }).document?.baseURI;
  return typeof url === 'string' && base !== undefined ? new URL(url, base).href : String(url);
}

function catalogSource(catalog: NonNullable<OpenOptions['catalog']>): PublicSources['catalog'] {
  if (typeof catalog === 'string' || catalog instanceof URL) return { url: absolute(catalog) };
  if (catalog instanceof Blob) return { blob: catalog };
  // The worker checks them; an array that the app changes later is not ours.
  return { items: Array.isArray(catalog) ? [...catalog] : catalog };
}

function modelSource(model: NonNullable<OpenOptions['model']>): Source {
  if (typeof model === 'string' || model instanceof URL) return { url: absolute(model) };
  if (model instanceof Blob) return { blob: model };
  // By name: bytes may come from another realm, a frame's or a test environment's, with classes of its own.
  const kind = {}.toString.call(model).slice(8, -1);
  if (kind === 'ArrayBuffer') return { bytes: new Uint8Array(model as ArrayBuffer) };
  if (kind === 'Uint8Array') return { bytes: model as Uint8Array };
  throw new InklingError(
    'invalid_argument',
    'open: model is no URL, ArrayBuffer, Uint8Array or Blob; expected one',
  );
}

/**
 * The bytes of a catalogue or model.
 *
 * @param what for messages: "the model"
 * @throws InklingError `wrong_content` when the address gives nothing, or an HTML page
 */
async function readSource(
  source: Source,
  what: string,
  signal: AbortSignal | undefined,
  onProgress: CallOptions['onProgress'],
): Promise<Uint8Array> {
  if ('bytes' in source) return source.bytes;
  if ('blob' in source) return new Uint8Array(await source.blob.arrayBuffer());
  let response: Response;
  try {
    response = await fetch(source.url, { credentials: 'same-origin', signal: signal ?? null });
  } catch (cause) {
    if (signal?.aborted)
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
