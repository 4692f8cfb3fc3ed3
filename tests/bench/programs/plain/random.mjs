/** Uniform numbers from 0 to 1, without 1 (xorshift32). */
export function uniformNumbers(seed) {
  let state = seed * 2654435769 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** (numRows, numFactors) numbers of a mean of 0; a row's length has about this standard deviation. */
export function randomFactors(numRows, numFactors, stddev, random) {
  const factors = new Float32Array(numRows * numFactors);
  // Uniform numbers from -1 to 1 have the variance 1/3.
  const scale = stddev * Math.sqrt(3 / numFactors);
  for (let n = 0; n < factors.length; n++) factors[n] = scale * (2 * random() - 1);
  return factors;
}
