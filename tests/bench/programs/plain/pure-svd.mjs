import { randomFactors, uniformNumbers } from './random.mjs';
import { byItem, byUser } from './sparse-rows.mjs';

const SPARE_VECTORS = 16;
const SWEEPS = 12;

/** Largest right singular vectors of the scaled interactions, by subspace iteration: cpp/include/inkling/pure_svd.h. */
export function train(data, settings, seed) {
  const { numFactors, iterations, userExponent, itemExponent } = settings;
  const { numUsers, numItems } = data;
  const width = Math.min(numFactors + SPARE_VECTORS, numItems);
  const users = byUser(data);
  const items = byItem(data);
  const userScales = scales(users.offsets, userExponent);
  const itemScales = scales(items.offsets, itemExponent);
  // (numItems, width)
  let basis = randomFactors(numItems, width, 1, uniformNumbers(seed));
  let image = new Float32Array(0);
  for (let n = 0; n < iterations; n++) {
    orthonormalize(basis, width);
    image = multiply(users, userScales, itemScales, basis, width);
    basis = multiply(items, itemScales, userScales, image, width);
  }
  // With Q = basis made orthonormal, the eigenvectors of (A Q)ᵀ A Q say how Q is to be turned.
  orthonormalize(basis, width);
  image = multiply(users, userScales, itemScales, basis, width);
  const turn = eigenvectors(gramOf(image, width), width).slice(0, numFactors);
  const vectors = new Float32Array(numItems * numFactors);
  for (let item = 0; item < numItems; item++) {
    for (let f = 0; f < turn.length; f++) {
      let sum = 0;
      for (let g = 0; g < width; g++) sum += basis[item * width + g] * turn[f][g];
      vectors[item * numFactors + f] = sum;
    }
  }
  const profiles = new Float32Array(numUsers * numFactors);
  for (let user = 0; user < numUsers; user++) {
    for (let n = users.offsets[user]; n < users.offsets[user + 1]; n++) {
      const at = users.columns[n] * numFactors;
      for (let f = 0; f < numFactors; f++) profiles[user * numFactors + f] += vectors[at + f];
    }
  }
  return (user, item) => {
    let sum = 0;
    for (let f = 0; f < numFactors; f++) {
      sum += profiles[user * numFactors + f] * vectors[item * numFactors + f];
    }
    return sum;
  };
}

const scales = (offsets, exponent) =>
  Float64Array.from(
    { length: offsets.length - 1 },
    (_, row) => Math.max(1, offsets[row + 1] - offsets[row]) ** -exponent,
  );

/** out[r] = scale[r] * sum over the row's columns c of columnScale[c] * dense[c]. */
function multiply({ offsets, columns }, rowScales, columnScales, dense, width) {
  const out = new Float32Array((offsets.length - 1) * width);
  const sum = new Float64Array(width);
  for (let row = 0; row + 1 < offsets.length; row++) {
    sum.fill(0);
    for (let n = offsets[row]; n < offsets[row + 1]; n++) {
      const scale = columnScales[columns[n]];
      for (let f = 0, at = columns[n] * width; f < width; f++) sum[f] += scale * dense[at + f];
    }
    for (let f = 0; f < width; f++) out[row * width + f] = rowScales[row] * sum[f];
  }
  return out;
}

function gramOf(rows, width) {
  const gram = new Float64Array(width * width);
  for (let at = 0; at < rows.length; at += width) {
    for (let f = 0; f < width; f++) {
      const value = rows[at + f];
      for (let g = 0; g < width; g++) gram[f * width + g] += value * rows[at + g];
    }
  }
  return gram;
}

/** Columns made orthonormal by the Cholesky factor of their Gram matrix; twice, for accuracy. */
function orthonormalize(rows, width) {
  for (let pass = 0; pass < 2; pass++) {
    const gram = gramOf(rows, width);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) {
        let rest = gram[i * width + j];
        for (let f = 0; f < j; f++) rest -= gram[i * width + f] * gram[j * width + f];
        gram[i * width + j] =
          i === j ? Math.sqrt(Math.max(rest, 1e-30)) : rest / gram[j * width + j];
      }
    }
    for (let at = 0; at < rows.length; at += width) {
      for (let i = 0; i < width; i++) {
        let rest = rows[at + i];
        for (let f = 0; f < i; f++) rest -= gram[i * width + f] * rows[at + f];
        rows[at + i] = rest / gram[i * width + i];
      }
    }
  }
}

/** Of a symmetric matrix, by Jacobi's rotations; largest eigenvalue first. */
function eigenvectors(matrix, n) {
  const vectors = Array.from({ length: n }, (_, i) => {
    const vector = new Float64Array(n);
    vector[i] = 1;
    return vector;
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const shared = matrix[p * n + q];
        if (shared === 0) continue;
        const theta = (matrix[q * n + q] - matrix[p * n + p]) / (2 * shared);
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(tangent, 1);
        const sine = tangent * cosine;
        for (let i = 0; i < n; i++) {
          const [a, b] = [matrix[i * n + p], matrix[i * n + q]];
          matrix[i * n + p] = cosine * a - sine * b;
          matrix[i * n + q] = sine * a + cosine * b;
        }
        for (let i = 0; i < n; i++) {
          const [a, b] = [matrix[p * n + i], matrix[q * n + i]];
          matrix[p * n + i] = cosine * a - sine * b;
          matrix[q * n + i] = sine * a + cosine * b;
          const [x, y] = [vectors[p][i], vectors[q][i]];
          vectors[p][i] = cosine * x - sine * y;
          vectors[q][i] = sine * x + cosine * y;
        }
      }
    }
  }
  const order = [...vectors.keys()].sort((a, b) => matrix[b * n + b] - matrix[a * n + a]);
  return order.map((i) => vectors[i]);
}
