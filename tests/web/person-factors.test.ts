import { beforeAll, describe, expect, test } from 'vitest';
import type { ModelName, Recommendation } from '../../web/types.js';
import { expectReasonsToSum, ids, interactions, open } from './opened-recommender.js';
import type { Recommender } from './package-under-test.js';

const WAYS = ['fold_in', 'online'] as const;
const models = new Map<ModelName, Uint8Array>();

beforeAll(async () => {
  const recommender = await open();
  for (const model of ['ials', 'bpr', 'item_neighbors'] as const) {
    const settings = model === 'item_neighbors' ? {} : { numFactors: 8 };
    const { modelFile } = await recommender.train(interactions, { model, settings, use: false });
    models.set(model, modelFile);
  }
});

/** The same person twice: by fold-in, and event by event. */
class Twins {
  private at = 0;

  private constructor(readonly each: readonly Recommender[]) {}

  static async of(name: ModelName): Promise<Twins> {
    const model = models.get(name) as Uint8Array;
    return new Twins(
      await Promise.all(WAYS.map((personFactors) => open({ model, personFactors }))),
    );
  }

  async like(...items: string[]): Promise<void> {
    for (const item of items) await this.record({ item, type: 'like' });
  }

  async record(event: { item: string; type: 'like' | 'dislike' }): Promise<void> {
    this.at++;
    for (const recommender of this.each) await recommender.record({ ...event, at: this.at });
  }

  lists(): Promise<Recommendation[][]> {
    return Promise.all(this.each.map((recommender) => recommender.recommend({ k: 50 })));
  }

  /** Whether both lists are the same to the bit. */
  async areEqual(): Promise<boolean> {
    const [folded, online] = await this.lists();
    return JSON.stringify(folded) === JSON.stringify(online);
  }
}

describe("a person's factors, brought up to date event by event", () => {
  test('with ials the lists are those of fold-in, and their reasons sum to the scores', async () => {
    const twins = await Twins.of('ials');
    await twins.like('i1', 'i7', 'i13');
    expect(await twins.areEqual()).toBe(true);
    let steps = 0;
    for (const item of ['i19', 'i25', 'i2', 'i31', 'i8', 'i40', 'i55']) {
      await twins.like(item);
      if (!(await twins.areEqual())) steps++;
      const [folded = [], online = []] = await twins.lists();
      expect(ids(online)).toEqual(ids(folded));
      online.forEach(({ score }, n) => {
        expect(score).toBeCloseTo(folded[n]?.score as number, 4);
      });
      expectReasonsToSum(online);
    }
    expect(steps).toBeGreaterThan(0); // else nothing but fold-in was at work
  });

  test('with bpr an event is one step, and whatever is no addition starts anew from fold-in', async () => {
    const twins = await Twins.of('bpr');
    await twins.like('i1', 'i7', 'i13');
    expect(await twins.areEqual()).toBe(true);
    await twins.like('i19');
    expect(await twins.areEqual()).toBe(false);
    expectReasonsToSum((await twins.lists())[1] as Recommendation[]);
    await twins.record({ item: 'i2', type: 'dislike' });
    expect(await twins.areEqual()).toBe(true);
    await twins.like('i25');
    expect(await twins.areEqual()).toBe(false);
    for (const recommender of twins.each) await recommender.edit({ forget: { item: 'i7' } });
    expect(await twins.areEqual()).toBe(true);
    await twins.like('i31');
    expect(await twins.areEqual()).toBe(false);
    await twins.like('i1'); // known, and now the newest
    expect(await twins.areEqual()).toBe(true);
    for (const recommender of twins.each) await recommender.erase();
    expect(await twins.areEqual()).toBe(true);
    await twins.like('i37');
    expect(await twins.areEqual()).toBe(true);
  });

  test('another model begins with fold-in, and is then followed event by event, too', async () => {
    const twins = await Twins.of('ials');
    await twins.like('i1', 'i7');
    await twins.lists();
    for (const recommender of twins.each)
      await recommender.reload({ model: models.get('bpr') as Uint8Array });
    expect(await twins.areEqual()).toBe(true);
    await twins.like('i19');
    expect(await twins.areEqual()).toBe(false);
  });

  test('models without such a step are folded in', async () => {
    const twins = await Twins.of('item_neighbors');
    await twins.like('i1', 'i7');
    expect(await twins.areEqual()).toBe(true);
    await twins.like('i19');
    expect(await twins.areEqual()).toBe(true);
  });

  test('anything else is refused', async () => {
    await expect(open({ personFactors: 'sometimes' as never })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: 'open: personFactors is "sometimes"; expected one of fold_in, online, tuned',
    });
  });
});
