import type { Slices } from '../catalog/zip.js';
import { didYouMean } from '../did-you-mean.js';
import { checkShape, factorsError, type ItemFactors, positionIn } from './item-factors.js';

/** What is taken where several tensors would do. */
const USUAL_NAME = 'item_factors';
const USERS_NAME = 'user_factors';
/** As safetensors itself limits it. */
const LONGEST_HEADER = 100_000_000;

interface TensorEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Item factors of a two-dimensional F32 tensor: the one named, else `item_factors`, else the only one there is.
 * https://github.com/huggingface/safetensors
 *
 * @param most factors of an item, where not as of a model
 * @throws InklingError `invalid_factors`, `too_large`
 */
export async function readSafetensors(
  file: Slices,
  name: string,
  tensor: string | undefined,
  most?: number,
): Promise<ItemFactors> {
  const fail = (text: string, cause?: unknown) => factorsError(name, text, cause);
  const prefix = new DataView(await file.slice(0, 8).arrayBuffer());
  const length = prefix.byteLength < 8 ? 0 : Number(prefix.getBigUint64(0, true));
  if (length < 2 || length > LONGEST_HEADER || 8 + length > file.size) {
    throw fail('this is not a safetensors file, or it is cut off');
  }
  const data = 8 + length;
  const tensors = parseHeader(new Uint8Array(await file.slice(8, data).arrayBuffer()), fail);
  const matrices = Object.keys(tensors).filter((key) => isMatrix(tensors[key] as TensorEntry));
  const usual = matrices.includes(USUAL_NAME) ? USUAL_NAME : undefined;
  const chosen = tensor ?? usual ?? (matrices.length === 1 ? matrices[0] : undefined);
  if (chosen === undefined) throw fail(undecided(tensors, matrices));
  const entry = Object.hasOwn(tensors, chosen) ? tensors[chosen] : undefined;
  if (entry === undefined) {
    const names = Object.keys(tensors);
    throw fail(
      `there is no tensor ${JSON.stringify(chosen)}${didYouMean(chosen, names)}; there ` +
        `${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`,
    );
  }
  if (!isMatrix(entry)) {
    throw fail(
      `the tensor ${chosen} is ${describe(entry)}; expected F32 of two dimensions, items and factors`,
    );
  }
  if (chosen === USERS_NAME) {
    throw fail('user_factors are about people, and a model file is public; give item factors');
  }
  const [rows, numFactors] = entry.shape as [number, number];
  checkShape(rows, numFactors, `${name}, ${chosen}`, most);
  const [begin, end] = entry.data_offsets;
  const bytes = rows * numFactors * Float32Array.BYTES_PER_ELEMENT;
  if (begin < 0 || end - begin !== bytes || data + end > file.size) {
    throw fail(
      `the tensor ${chosen} is ${describe(entry)}, ${bytes} bytes, and stands at ${begin} to ` +
        `${end} of ${file.size - data}; the file is cut off or damaged`,
    );
  }
  return {
    values: new Float32Array(await file.slice(data + begin, data + end).arrayBuffer()),
    numFactors,
    keys: null,
    place: positionIn(`${name}, ${chosen}`),
  };
}

function parseHeader(
  bytes: Uint8Array,
  fail: (text: string, cause?: unknown) => Error,
): Record<string, TensorEntry> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw fail('the header is not JSON; this is not a safetensors file, or it is damaged', cause);
  }
  const entries = Object.entries(header ?? {}).filter(([key]) => key !== '__metadata__');
  const wrong = entries.find(([, entry]) => !isEntry(entry));
  if (wrong !== undefined)
    throw fail(`the header tells nothing sensible of the tensor ${wrong[0]}`);
  if (entries.length === 0) throw fail('there are no tensors in the file');
  return Object.fromEntries(entries) as Record<string, TensorEntry>;
}

function isEntry(value: unknown): value is TensorEntry {
  const { dtype, shape, data_offsets } = (value ?? {}) as Partial<TensorEntry>;
  const wholes = (numbers: unknown): boolean =>
    Array.isArray(numbers) && numbers.every((n) => Number.isSafeInteger(n) && n >= 0);
  return (
    typeof dtype === 'string' && wholes(shape) && wholes(data_offsets) && data_offsets?.length === 2
  );
}

function isMatrix({ dtype, shape }: TensorEntry): boolean {
  return dtype === 'F32' && shape.length === 2;
}

function describe({ dtype, shape }: TensorEntry): string {
  return `${dtype} ${shape.join(' × ')}`;
}

function undecided(tensors: Record<string, TensorEntry>, matrices: string[]): string {
  if (matrices.length > 0) {
    return `there are several tensors that would do; choose by --tensor: ${matrices.join(', ')}`;
  }
  const found = Object.entries(tensors).map(([name, entry]) => `${name} (${describe(entry)})`);
  return `no tensor is F32 of two dimensions, a row of numbers for each item; there are ${found.join(', ')}`;
}
