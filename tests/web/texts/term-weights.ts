interface Tensor {
  dtype: 'F32' | 'I32' | 'U32' | 'U8';
  data_offsets: [number, number];
}

/** The weight of each item's terms, by their text as the file has it, from a model file of `tf_idf`. */
export function termWeights(file: Uint8Array): Map<string, number>[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Record<
    string,
    Tensor
  >;
  const numbers = (name: string): number[] => {
    const { dtype, data_offsets } = header[name] as Tensor;
    const bytes = file.slice(...(data_offsets.map((at) => at + 8 + length) as [number, number]));
    if (dtype === 'U8') return [...bytes];
    const type = { F32: Float32Array, I32: Int32Array, U32: Uint32Array }[dtype];
    return [...new type(bytes.buffer)];
  };
  const bytes = Uint8Array.from(numbers('terms.bytes'));
  const ends = numbers('terms.offsets');
  const terms = ends
    .slice(1)
    .map((end, term) => new TextDecoder().decode(bytes.subarray(ends[term], end)));
  const columns = numbers('item_terms.columns');
  const values = numbers('item_terms.values');
  const rows = numbers('item_terms.offsets');
  return rows.slice(1).map((end, item) => {
    const weights = new Map<string, number>();
    for (let entry = rows[item] as number; entry < end; entry++) {
      weights.set(terms[columns[entry] as number] as string, values[entry] as number);
    }
    return weights;
  });
}
