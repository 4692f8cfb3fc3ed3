/** Item factors and, of `ials`, the numbers of the fold-in, out of a model file (see cpp/README.md). */
export function readFactorModel(file) {
  const length = Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  const floats = (name) => {
    const { shape, data_offsets: offsets } = header[name];
    const count = (offsets[1] - offsets[0]) / 4;
    return { shape, values: new Float32Array(file, 8 + length + offsets[0], count) };
  };
  const { shape, values: factors } = floats('item_factors');
  const [regularization, unobserved] = header.fold_in ? floats('fold_in').values : [];
  return { numItems: shape[0], k: shape[1], factors, regularization, unobserved };
}
