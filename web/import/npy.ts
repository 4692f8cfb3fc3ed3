import { checkShape, factorsError, type ItemFactors, positionIn } from './item-factors.js';

/** An array of NumPy's file format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
interface NpyArray {
  /** NumPy's name of the type, such as `<f4`. */
  type: string;
  /** Whether columns, not rows, stand together. */
  fortran: boolean;
  shape: number[];
  data: Uint8Array;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"
const MATRIX_TYPES: Record<string, Float32ArrayConstructor | Float64ArrayConstructor> = {
  '<f4': Float32Array,
  '<f8': Float64Array,
};
const SCALARS: Record<string, (data: DataView) => number> = {
  '<f4': (data) => data.getFloat32(0, true),
  '<f8': (data) => data.getFloat64(0, true),
  '<i4': (data) => data.getInt32(0, true),
  '<i8': (data) => Number(data.getBigInt64(0, true)),
};

/**
 * Item factors of an array of shape (items, factors), float32 or float64.
 *
 * @param most factors of an item, where not as of a model
 * @throws InklingError `invalid_factors`, `too_large`
 */
export function readNpy(bytes: Uint8Array, name: string, most?: number): ItemFactors {
  const { type, fortran, shape, data } = parse(bytes, name);
  const Type = MATRIX_TYPES[type];
  if (Type === undefined) {
    throw factorsError(
      name,
      `the numbers are of the type ${type}; expected float32 or float64 of little-endian order ` +
        "(<f4, <f8): save the array's astype('<f4')",
    );
  }
  if (shape.length !== 2) {
    throw factorsError(
      name,
      `the shape is (${shape.join(', ')}); expected two dimensions, a row of numbers for each item`,
    );
  }
  const [rows, numFactors] = shape as [number, number];
  checkShape(rows, numFactors, name, most);
  const count = rows * numFactors;
  const expected = count * Type.BYTES_PER_ELEMENT;
  if (data.length !== expected) {
    throw factorsError(
      name,
      `there are ${data.length} bytes of numbers, and the shape (${shape.join(', ')}) needs ` +
        `${expected}; the file is cut off or damaged`,
    );
  }
  const numbers = new Type(new Uint8Array(data).buffer); // a copy, which is aligned
  let values = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  if (fortran) {
    const columns = values;
    values = new Float32Array(count);
    for (let row = 0; row < rows; row++) {
      for (let factor = 0; factor < numFactors; factor++) {
        values[row * numFactors + factor] = columns[factor * rows + row] as number;
      }
    }
  }
  return { values, numFactors, keys: null, place: positionIn(name) };
}

/** The number in an array without dimensions. */
export function readNpyScalar(bytes: Uint8Array, name: string): number {
  const { type, shape, data } = parse(bytes, name);
  const scalar = SCALARS[type];
  if (scalar === undefined || shape.length !== 0 || data.length < Number(type.slice(2))) {
    throw factorsError(name, `this is a ${type} of shape (${shape.join(', ')}); expected a number`);
  }
  return scalar(new DataView(data.buffer, data.byteOffset, data.byteLength));
}

function parse(bytes: Uint8Array, name: string): NpyArray {
  if (MAGIC.some((byte, at) => bytes[at] !== byte) || bytes.length < 12) {
    throw factorsError(name, 'this is not a .npy file; write one by numpy.save');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = (bytes[6] as number) >= 2; // format versions 2 and 3
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder().decode(bytes.subarray(start, end));
  // A Python dict with these three entries, in the order and spelling that NumPy writes.
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (end > bytes.length || type === undefined || fortran === undefined || shape === undefined) {
    throw factorsError(
      name,
      'the header of the .npy file cannot be understood; expected a plain array of numbers, ' +
        'saved by numpy.save',
    );
  }
  return {
    type,
    fortran: fortran === 'True',
    shape: shape.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)])),
    data: bytes.subarray(end),
  };
}
