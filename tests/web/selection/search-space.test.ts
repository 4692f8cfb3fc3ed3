import { describe, expect, test } from 'vitest';
import { AUTO_MODELS, RATING_MODELS } from '../../../web/selection/metrics.js';
import {
  atFidelity,
  drawSettings,
  isTunable,
  seededUniform,
} from '../../../web/selection/search-space.js';
import { MODEL_NAMES } from '../../../web/types.js';

test('uniform numbers are even, within range, and the same for a seed', () => {
  const uniform = seededUniform(7);
  const numbers = Array.from({ length: 10_000 }, uniform);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  const counts = new Array(10).fill(0);
  for (const number of numbers) counts[Math.floor(number * 10)]++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  const again = seededUniform(7);
  expect(Array.from({ length: 5 }, again)).toEqual(numbers.slice(0, 5));
  expect(seededUniform(8)()).not.toBe(numbers[0]);
  expect(seededUniform(7 + 2 ** 40)()).not.toBe(numbers[0]);
});

describe('settings drawn at random', () => {
  test('have every searched setting, and those that were fixed as they were', () => {
    for (const model of MODEL_NAMES.filter(isTunable)) {
      const uniform = seededUniform(1);
      const names = Object.keys(drawSettings(model, uniform, { ordered: false }));
      for (let n = 0; n < 50; n++) {
        const settings = drawSettings(model, uniform, { ordered: false });
        expect(Object.keys(settings).length).toBeGreaterThan(0);
        expect(Object.keys(settings)).toEqual(names);
        for (const value of Object.values(settings)) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        }
      }
    }
    const fixed = { num_factors: 7, history_half_life: 3 };
    expect(drawSettings('ials', seededUniform(1), { fixed, ordered: true })).toMatchObject(fixed);
  });

  test('have a half-life only where the order of a history may count', () => {
    const someHave = (ordered: boolean) => {
      const uniform = seededUniform(3);
      const drawn = Array.from({ length: 40 }, () => drawSettings('ials', uniform, { ordered }));
      return drawn.some((settings) => 'history_half_life' in settings);
    };
    expect(someHave(true)).toBe(true);
    expect(someHave(false)).toBe(false);
  });

  test('keep the half-life that did best about half the time', () => {
    const uniform = seededUniform(5);
    const drawn = Array.from({ length: 400 }, () =>
      drawSettings('ease', uniform, { ordered: true, halfLife: 5 }),
    );
    const kept = drawn.filter((settings) => settings.history_half_life === 5).length;
    expect(kept).toBeGreaterThan(150);
    expect(kept).toBeLessThan(250);
  });
});

test('a first look cuts passes, given or by default, and nothing else', () => {
  const defaults = { iterations: 12 };
  expect(atFidelity({ num_factors: 8 }, 0.25, defaults)).toEqual({ num_factors: 8, iterations: 3 });
  expect(atFidelity({ iterations: 40 }, 0.5, defaults)).toEqual({ iterations: 20 });
  expect(atFidelity({ epochs: 4 }, 0.25, {})).toEqual({ epochs: 2 });
  expect(atFidelity({ l2: 3 }, 0.25, {})).toEqual({ l2: 3 });
  expect(atFidelity({ iterations: 40 }, 1, defaults)).toEqual({ iterations: 40 });
});

test('auto chooses among models whose files hold nothing of any user', () => {
  expect(AUTO_MODELS).not.toContain('user_neighbors');
  expect(AUTO_MODELS).toContain('graph_filter');
  for (const model of [...AUTO_MODELS, ...RATING_MODELS]) expect(MODEL_NAMES).toContain(model);
});
