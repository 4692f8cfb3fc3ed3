import { dot } from './dot.mjs';
import { randomFactors, uniformNumbers } from './random.mjs';
import { byItem, byUser } from './sparse-rows.mjs';

/** Alternating least squares by conjugate gradients, as cpp/include/inkling/ials.h says. */
export function train(data, settings, seed) {
  const { numFactors: k, iterations, regularization, initStddev, cgSteps } = settings;
  const { numUsers, numItems } = data;
  const density = data.train.users.length / (numUsers * numItems);
  const unobserved = settings.unobservedWeight || Math.min(4 * density, 1);
  const random = uniformNumbers(seed);
  const users = randomFactors(numUsers, k, initStddev, random);
  const items = randomFactors(numItems, k, initStddev, random);
  const options = { k, unobserved, regularization, cgSteps };
  const sides = [
    [byUser(data), items, users],
    [byItem(data), users, items],
  ];
  for (let n = 0; n < iterations; n++) {
    for (const [rows, fixed, solved] of sides) solveSide(rows, fixed, solved, options);
  }
  return (user, item) => dot(users, user * k, items, item * k, k);
}

function solveSide(
  { offsets, columns },
  fixed,
  solved,
  { k, unobserved, regularization, cgSteps },
) {
  const gram = scaledGram(fixed, k, unobserved);
  const residual = new Float64Array(k);
  const direction = new Float64Array(k);
  const product = new Float64Array(k);
  const x = new Float64Array(k);
  const numFixed = fixed.length / k;
  for (let row = 0; row + 1 < offsets.length; row++) {
    const [begin, end] = [offsets[row], offsets[row + 1]];
    const out = solved.subarray(row * k, (row + 1) * k);
    if (begin === end) {
      out.fill(0);
      continue;
    }
    const ridge = regularization * (end - begin + unobserved * numFixed);
    const system = { fixed, gram, k, columns, begin, end, ridge };
    x.set(out);
    multiply(system, x, product, 1);
    for (let f = 0; f < k; f++) residual[f] = -product[f];
    direction.set(residual);
    let square = squared(residual);
    for (let step = 0; step < cgSteps && square > 0; step++) {
      multiply(system, direction, product, 0);
      let curvature = 0;
      for (let f = 0; f < k; f++) curvature += direction[f] * product[f];
      const length = square / curvature;
      for (let f = 0; f < k; f++) {
        x[f] += length * direction[f];
        residual[f] -= length * product[f];
      }
      const next = squared(residual);
      const kept = next / square;
      for (let f = 0; f < k; f++) direction[f] = residual[f] + kept * direction[f];
      square = next;
    }
    out.set(x);
  }
}

/** out = (gram + ridge I) v + sum of (y·v - target) y: with target 1 the gradient, with 0 the product. */
function multiply({ fixed, gram, k, columns, begin, end, ridge }, v, out, target) {
  for (let f = 0; f < k; f++) {
    out[f] = ridge * v[f] + dot(gram, f * k, v, 0, k);
  }
  for (let n = begin; n < end; n++) {
    const at = columns[n] * k;
    const weight = dot(fixed, at, v, 0, k) - target;
    for (let f = 0; f < k; f++) out[f] += weight * fixed[at + f];
  }
}

function scaledGram(rows, k, scale) {
  const gram = new Float64Array(k * k);
  for (let at = 0; at < rows.length; at += k) {
    for (let f = 0; f < k; f++) {
      const value = rows[at + f];
      for (let g = 0; g <= f; g++) gram[f * k + g] += value * rows[at + g];
    }
  }
  for (let f = 0; f < k; f++) {
    for (let g = 0; g <= f; g++) gram[g * k + f] = gram[f * k + g] *= scale;
  }
  return gram;
}

function squared(v) {
  let sum = 0;
  for (let f = 0; f < v.length; f++) sum += v[f] * v[f];
  return sum;
}
