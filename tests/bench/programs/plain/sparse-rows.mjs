/** Row r's columns are columns[offsets[r]] … columns[offsets[r + 1] - 1], in the order given. */
export function sparseRows(rows, columns, values, numRows) {
  const offsets = new Int32Array(numRows + 1);
  for (const row of rows) offsets[row + 1]++;
  for (let row = 0; row < numRows; row++) offsets[row + 1] += offsets[row];
  const next = offsets.slice();
  const sorted = new Int32Array(rows.length);
  const sortedValues = new Float32Array(rows.length);
  for (let n = 0; n < rows.length; n++) {
    const at = next[rows[n]]++;
    sorted[at] = columns[n];
    sortedValues[at] = values[n];
  }
  return { offsets, columns: sorted, values: sortedValues };
}

export const byUser = ({ numUsers, train }) =>
  sparseRows(train.users, train.items, train.values, numUsers);
export const byItem = ({ numItems, train }) =>
  sparseRows(train.items, train.users, train.values, numItems);
