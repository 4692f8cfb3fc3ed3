import { dot } from './dot.mjs';
import { byUser } from './sparse-rows.mjs';

const MEAN_USERS_TO_L2 = 5;

/** W_ji = -P_ji / P_ii with P = (XᵀX + l2 I)⁻¹, as cpp/include/inkling/ease.h says. */
export function train(data, settings) {
  const { numItems: n } = data;
  const { offsets, columns } = byUser(data);
  const matrix = new Float32Array(n * n); // its lower half
  for (let user = 0; user + 1 < offsets.length; user++) {
    const row = columns.subarray(offsets[user], offsets[user + 1]).sort();
    for (let a = 0; a < row.length; a++) {
      const at = row[a] * n;
      for (let b = 0; b <= a; b++) matrix[at + row[b]]++;
    }
  }
  let met = 0;
  for (let item = 0; item < n; item++) if (matrix[item * n + item] > 0) met++;
  const l2 = settings.l2 || (MEAN_USERS_TO_L2 * columns.length) / met;
  for (let item = 0; item < n; item++) matrix[item * n + item] += l2;
  factorize(matrix, n);
  const inverse = product(invertLower(matrix, n), n);
  return (user, item) => {
    let sum = 0;
    for (let m = offsets[user]; m < offsets[user + 1]; m++) {
      const other = columns[m];
      if (other !== item) sum -= inverse[Math.max(item, other) * n + Math.min(item, other)];
    }
    return sum / inverse[item * n + item];
  };
}

/** The lower half of a symmetric matrix becomes its Cholesky factor L. */
function factorize(matrix, n) {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = matrix[i * n + j] - dot(matrix, i * n, matrix, j * n, j);
      matrix[i * n + j] = i === j ? Math.sqrt(rest) : rest / matrix[j * n + j];
    }
  }
}

/** L⁻¹, row by row: row i is (e_i - sum over j < i of L_ij row_j) / L_ii. */
function invertLower(lower, n) {
  const inverse = new Float32Array(n * n);
  const row = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    row.fill(0, 0, i);
    row[i] = 1;
    for (let j = 0; j < i; j++) {
      const factor = lower[i * n + j];
      for (let f = 0, at = j * n; f <= j; f++) row[f] -= factor * inverse[at + f];
    }
    const scale = 1 / lower[i * n + i];
    for (let f = 0; f <= i; f++) inverse[i * n + f] = scale * row[f];
  }
  return inverse;
}

/** The lower half of MᵀM, M lower triangular: the sum of the outer products of its rows. */
function product(lower, n) {
  const result = new Float32Array(n * n);
  const TILE = 64; // rows of the result that stay in the cache
  for (let from = 0; from < n; from += TILE) {
    const to = Math.min(from + TILE, n);
    for (let row = from; row < n; row++) {
      const at = row * n;
      for (let i = from; i < to && i <= row; i++) {
        const factor = lower[at + i];
        for (let f = 0, out = i * n; f <= i; f++) result[out + f] += factor * lower[at + f];
      }
    }
  }
  return result;
}
