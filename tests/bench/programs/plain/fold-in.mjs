import { dot } from './dot.mjs';

/** The sum of what a person has met, as cpp/include/inkling/spectral_item_model.h has it. */
export function addUp({ factors, k }) {
  const x = new Float64Array(k);
  return (met) => {
    x.fill(0);
    for (const item of met) for (let f = 0; f < k; f++) x[f] += factors[item * k + f];
    return x;
  };
}

/**
 * Solves (α₀ YᵀY + sum over met of y yᵀ + ridge I) x = sum over met of y by Cholesky, as cpp/include/inkling/ials.h
 * says; α₀ YᵀY is summed once.
 */
export function foldInto({ factors, numItems, k, regularization, unobserved }) {
  const gram = new Float64Array(k * k);
  for (let at = 0; at < factors.length; at += k) {
    for (let f = 0; f < k; f++) {
      const value = unobserved * factors[at + f];
      for (let g = 0; g <= f; g++) gram[f * k + g] += value * factors[at + g];
    }
  }
  const matrix = new Float64Array(k * k);
  const x = new Float64Array(k);
  return (met) => {
    const ridge = regularization * (met.length + unobserved * numItems);
    matrix.set(gram);
    x.fill(0);
    for (let f = 0; f < k; f++) matrix[f * k + f] += ridge;
    for (const item of met) {
      const at = item * k;
      for (let f = 0; f < k; f++) {
        const value = factors[at + f];
        x[f] += value;
        for (let g = 0; g <= f; g++) matrix[f * k + g] += value * factors[at + g];
      }
    }
    for (let i = 0; i < k; i++) {
      for (let j = 0; j <= i; j++) {
        const rest = matrix[i * k + j] - dot(matrix, i * k, matrix, j * k, j);
        matrix[i * k + j] = i === j ? Math.sqrt(rest) : rest / matrix[j * k + j];
      }
    }
    for (let i = 0; i < k; i++) {
      for (let f = 0; f < i; f++) x[i] -= matrix[i * k + f] * x[f];
      x[i] /= matrix[i * k + i];
    }
    for (let i = k - 1; i >= 0; i--) {
      for (let f = i + 1; f < k; f++) x[i] -= matrix[f * k + i] * x[f];
      x[i] /= matrix[i * k + i];
    }
    return x;
  };
}
