import { expect, test } from 'vitest';
import { InklingError } from '../../../web/errors.js';
import { type Arena, type ChooseOptions, choose } from '../../../web/selection/choose.js';
import type { Candidate } from '../../../web/selection/search.js';

type Measure = Arena['measure'];

/** The larger l2 and the nearer the half-life to 8, the better; other models get 0. */
const measure: Measure = async ({ model, settings }) => {
  if (model !== 'ease') return 0.001;
  const halfLife = (settings.history_half_life ?? 0) as number;
  return ((settings.l2 ?? 1) as number) / 1e5 + (halfLife === 8 ? 1 : 0);
};
const arena = (changes: Partial<Arena> = {}): Arena => ({
  ordered: true,
  defaultOf: (_, setting) => (['l2', 'history_half_life'].includes(setting) ? 0 : undefined),
  measure,
  ...changes,
});
const options: ChooseOptions = {
  models: ['ease', 'item_graph'],
  larger: true,
  seed: 1,
  budgetSeconds: 60,
  maxTrials: 80,
};

test('finds the model and what matters of its settings', async () => {
  const { best, trials } = await choose(arena(), options);
  expect(best.model).toBe('ease');
  expect(best.settings.history_half_life).toBe(8);
  expect(best.settings.l2 as number).toBeGreaterThan(1000);
  expect(best.fidelity).toBe(1);
  expect(trials).toHaveLength(80);
  // Defaults first, with and without order.
  expect(trials.slice(0, 4).map(({ model, settings }) => [model, settings])).toEqual([
    ['ease', {}],
    ['ease', { history_half_life: 8 }],
    ['item_graph', {}],
    ['item_graph', { history_half_life: 8 }],
  ]);
});

test('the same seed tries the same, another one something else', async () => {
  const settings = async (seed: number) =>
    (await choose(arena(), { ...options, seed })).trials.map((trial) => trial.settings);
  expect(await settings(1)).toEqual(await settings(1));
  expect(await settings(2)).not.toEqual(await settings(1));
});

test('no order is tried without times, nor with a model that has no half-life', async () => {
  const ordered = async (changes: Partial<Arena>) =>
    (await choose(arena(changes), options)).trials.flatMap(({ model, settings }) =>
      'history_half_life' in settings ? [model] : [],
    );
  expect(await ordered({ ordered: false })).toEqual([]);
  const onlyEase = await ordered({
    defaultOf: (model, setting) => (setting === 'l2' || model === 'ease' ? 0 : undefined),
  });
  expect(new Set(onlyEase)).toEqual(new Set(['ease']));
});

test('fixed settings are in every trial', async () => {
  const seen: Candidate[] = [];
  const watched = arena({
    measure: (candidate, share, signal) => {
      seen.push(candidate);
      return measure(candidate, share, signal);
    },
  });
  await choose(watched, { ...options, models: ['ease'], fixed: { l2: 77 } });
  expect(seen.length).toBeGreaterThan(4);
  expect(seen.every(({ settings }) => settings.l2 === 77)).toBe(true);
});

test('a model that is too large for the data is left out, other errors end the search', async () => {
  const failing = (code: 'too_large' | 'invalid_argument') =>
    arena({
      measure: async (candidate, share, signal) => {
        if (candidate.model === 'ease') throw new InklingError(code, 'no room for it');
        return measure(candidate, share, signal);
      },
    });
  const { best, trials } = await choose(failing('too_large'), options);
  expect(best.model).toBe('item_graph');
  expect(trials.filter((trial) => trial.model === 'ease')).toHaveLength(2);
  await expect(choose(failing('invalid_argument'), options)).rejects.toMatchObject({
    code: 'invalid_argument',
  });
  await expect(
    choose(failing('too_large'), { ...options, models: ['ease'] }),
  ).rejects.toMatchObject({ code: 'invalid_interactions', message: /no room for it/ });
});

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new InklingError('aborted', 'stopped')));
  });

test('a trial that takes too long is stopped when the budget is over, and the best so far counts', async () => {
  const slow = arena({
    measure: (candidate, share, signal) =>
      candidate.model === 'ease' ? measure(candidate, share, signal) : untilAborted(signal),
  });
  const start = performance.now();
  const { best, trials } = await choose(slow, { ...options, budgetSeconds: 0.3 });
  expect(performance.now() - start).toBeLessThan(3000);
  expect(best.model).toBe('ease');
  // What the end of the time cut off is no trial: a later run is to try it.
  expect(trials.every((trial) => trial.value !== null)).toBe(true);
});

test('an abort from outside is an abort', async () => {
  const controller = new AbortController();
  const hanging = arena({ measure: (_, __, signal) => untilAborted(signal) });
  setTimeout(() => controller.abort(), 50);
  await expect(choose(hanging, { ...options, signal: controller.signal })).rejects.toMatchObject({
    code: 'aborted',
  });
});

test('progress rises to at most 1', async () => {
  const fractions: number[] = [];
  await choose(arena(), { ...options, onProgress: (fraction) => fractions.push(fraction) });
  expect(fractions.length).toBeGreaterThan(10);
  expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
  expect(fractions.at(-1)).toBe(1);
});

test('settings that are fixed leave only the models that have them', async () => {
  const only = arena({
    defaultOf: (model, setting) => (model === 'item_graph' && setting === 'beta' ? 0.5 : undefined),
  });
  const { trials } = await choose(only, { ...options, fixed: { beta: 0.2 }, maxTrials: 6 });
  expect(trials.every((trial) => trial.model === 'item_graph')).toBe(true);
  await expect(choose(only, { ...options, fixed: { banana: 1 } })).rejects.toMatchObject({
    code: 'invalid_argument',
    message: /none of ease, item_graph has the settings banana/,
  });
});
