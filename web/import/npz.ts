import { openZip, type Slices, type ZipEntry } from '../catalog/zip.js';
import {
  checkFileSize,
  factorsError,
  type ItemFactors,
  type TrainingFacts,
} from './item-factors.js';
import { readNpy, readNpyScalar } from './npy.js';

const FACTORS = 'item_factors.npy';
/** What implicit's other models save, and AlternatingLeastSquares does not. */
const OTHER_MODELS = ['learning_rate.npy', 'neg_prop.npy', 'similarity.data.npy'];
/** What no number's entry exceeds. */
const MOST_SCALAR_BYTES = 1 << 16;

/**
 * Item factors of what `AlternatingLeastSquares.save` of benfred/implicit writes, or of any archive with an array
 * `item_factors`. Nothing else but regularization and alpha is unpacked, least of all the users' factors.
 *
 * @throws InklingError `invalid_factors`, `too_large`
 */
export async function readNpz(file: Slices, name: string): Promise<ItemFactors> {
  const entries = await openZip(file, name, 'invalid_factors');
  const find = (wanted: string): ZipEntry | undefined =>
    entries.find((entry) => entry.name === wanted);
  const factors = find(FACTORS);
  if (factors === undefined) {
    const arrays = entries.map((entry) => entry.name.replace(/\.npy$/, ''));
    throw factorsError(
      name,
      `there is no array item_factors, only ${arrays.slice(0, 12).join(', ') || 'nothing'}; save ` +
        'the model by its save(), or numpy.savez(file, item_factors=…)',
    );
  }
  const other = OTHER_MODELS.find(find);
  if (other !== undefined) {
    throw factorsError(
      name,
      `this is no AlternatingLeastSquares model (it has ${other.replace(/\.npy$/, '')}); no one ` +
        'can be folded in by least squares whose factors were learned another way: train that one',
    );
  }
  const training: TrainingFacts = {};
  for (const fact of ['regularization', 'alpha'] as const) {
    const entry = find(`${fact}.npy`);
    if (entry === undefined) continue;
    if (entry.size > MOST_SCALAR_BYTES) throw factorsError(name, `${fact} is no single number`);
    training[fact] = readNpyScalar(await unpacked(entry), `${name}, ${fact}`);
  }
  checkFileSize(factors.size, `${name}, item_factors`);
  return { ...readNpy(await unpacked(factors), `${name}, item_factors`), training };
}

/** Memory is taken for what there is, not for what the archive says of it. */
async function unpacked(entry: ZipEntry): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of entry.read()) pieces.push(piece);
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let length = 0;
  for (const piece of pieces) {
    bytes.set(piece, length);
    length += piece.length;
  }
  return bytes;
}
