import { describe, expect, test } from 'vitest';
import { detectFeatures } from '../../../web/engine/features.js';
import { chooseVariant, type Features } from '../../../web/engine/variants.js';

const ALL: Features = { simd: true, relaxedSimd: true, sharedMemory: true, cores: 8 };

describe('chooseVariant', () => {
  test('takes the fastest build where everything is there, with at most four threads', () => {
    expect(chooseVariant(ALL, {})).toEqual({ variant: 'relaxed-threads', threads: 4, why: [] });
  });

  test('does without the fused multiply-add where there is no relaxed SIMD, and says so', () => {
    const choice = chooseVariant({ ...ALL, relaxedSimd: false, cores: 2 }, {});
    expect(choice).toMatchObject({ variant: 'simd-threads', threads: 2 });
    expect(choice.why.join(' ')).toContain('relaxed SIMD');
  });

  test('runs on one thread without shared memory, and names the two headers', () => {
    const choice = chooseVariant({ ...ALL, sharedMemory: false }, { threads: 4 });
    expect(choice).toMatchObject({ variant: 'simd', threads: 1 });
    expect(choice.why.join(' ')).toContain('Cross-Origin-Opener-Policy');
    expect(choice.why.join(' ')).toContain('Cross-Origin-Embedder-Policy');
  });

  test('never loads a threaded build for one thread', () => {
    expect(chooseVariant(ALL, { threads: 1 })).toMatchObject({ variant: 'simd', threads: 1 });
    expect(chooseVariant({ ...ALL, cores: 1 }, {})).toMatchObject({ variant: 'simd', threads: 1 });
  });

  test('forces a build that can run, and refuses one that cannot', () => {
    expect(chooseVariant(ALL, { variant: 'simd-threads', threads: 1 })).toMatchObject({
      variant: 'simd-threads',
      threads: 1,
    });
    for (const [features, variant] of [
      [{ ...ALL, sharedMemory: false }, 'simd-threads'],
      [{ ...ALL, relaxedSimd: false }, 'relaxed-threads'],
    ] as const) {
      expect(() => chooseVariant(features, { variant })).toThrow(
        expect.objectContaining({ code: 'unsupported_environment' }),
      );
    }
  });

  test('refuses to start without SIMD, naming the versions that have it', () => {
    expect(() => chooseVariant({ ...ALL, simd: false }, {})).toThrow(/Safari 16\.4/);
  });

  test.each([0, -1, 1.5, Number.NaN, 65, '2' as never])('refuses %s threads', (threads) => {
    expect(() => chooseVariant(ALL, { threads })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });

  test('refuses a variant it does not know, and lists those it does', () => {
    expect(() => chooseVariant(ALL, { variant: 'avx' as never })).toThrow(/simd, simd-threads/);
    expect(() => chooseVariant(ALL, { variant: 'constructor' as never })).toThrow(/simd-threads/);
  });
});

test('this Node has SIMD and shared memory', () => {
  expect(detectFeatures()).toMatchObject({ simd: true, sharedMemory: true });
});
