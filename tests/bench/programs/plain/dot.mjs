/**
 * The sum over f of a[i + f] * b[j + f], `length` terms. Four sums side by side: one alone would wait for each addition.
 */
export function dot(a, i, b, j, length) {
  let s = 0;
  let t = 0;
  let u = 0;
  let v = 0;
  let f = 0;
  for (; f + 3 < length; f += 4) {
    s += a[i + f] * b[j + f];
    t += a[i + f + 1] * b[j + f + 1];
    u += a[i + f + 2] * b[j + f + 2];
    v += a[i + f + 3] * b[j + f + 3];
  }
  for (; f < length; f++) s += a[i + f] * b[j + f];
  return s + t + (u + v);
}
