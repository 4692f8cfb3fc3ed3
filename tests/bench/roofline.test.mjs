import { expect, test } from 'vitest';
import { rooflineOf } from './roofline.mjs';

const PEAKS = { native_gflops: 200, wasm_gflops: 50, read_gb_per_second: [10, 20] };

test('a roofline divides the work by what the machine gives', () => {
  const text = rooflineOf({ flops: 12_800_000, bytes: 25_600_000 }, PEAKS);
  expect(text).toContain('12.8 million operations, as floats, take one thread at least 256 µs');
  expect(text).toContain('64.0 µs natively');
  expect(text).toContain('25.6 MB take 1.28 ms to read from memory');
});

test('work that is not known has no roofline', () => {
  expect(rooflineOf({}, PEAKS)).toBe('');
  expect(rooflineOf({ flops: 5e9 }, PEAKS)).not.toContain('memory');
});
