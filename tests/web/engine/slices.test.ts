import { describe, expect, test } from 'vitest';
import { runInSlices } from '../../../web/engine/slices.js';

/** Work of `total` units, each taking `unitMs`. */
function slowWork(total: number, unitMs: number) {
  let done = 0;
  return {
    totalWork: () => total,
    doneWork: () => done,
    step: (work: number) => {
      const end = performance.now() + work * unitMs;
      while (performance.now() < end);
      done = Math.min(total, done + work);
    },
  };
}

describe('runInSlices', () => {
  test('reports progress that rises and ends at 1', async () => {
    const fractions: number[] = [];
    const onProgress = ({ fraction }: { fraction: number }) => fractions.push(fraction);
    await runInSlices(slowWork(10_000, 0.03), 'train', { onProgress });
    expect(fractions.length).toBeGreaterThan(2);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  test('stops soon after the signal, with what is left undone', async () => {
    const work = slowWork(100_000, 0.1);
    const controller = new AbortController();
    let aborted = 0;
    setTimeout(() => {
      aborted = performance.now();
      controller.abort();
    }, 60);
    await expect(runInSlices(work, 'train', { signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
      name: 'AbortError',
    });
    expect(performance.now() - aborted).toBeLessThan(50);
    expect(work.doneWork()).toBeLessThan(100_000);
  });

  test('does not ask for more when steps finish early without having done anything', async () => {
    const asked: number[] = [];
    let early = 20;
    let done = 0;
    const work = {
      totalWork: () => 1_000_000,
      doneWork: () => done,
      step: (amount: number) => {
        asked.push(amount);
        if (early-- > 0) return;
        done = 1_000_000;
      },
    };
    await runInSlices(work, 'train', {});
    expect(Math.max(...asked)).toBe(asked[0]);
  });

  test('passes on what a step throws', async () => {
    const work = {
      ...slowWork(10, 0),
      step: () => {
        throw new Error('not today');
      },
    };
    await expect(runInSlices(work, 'train', {})).rejects.toThrow('not today');
  });
});
