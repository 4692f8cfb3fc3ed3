import { describe, expect, test } from 'vitest';
import {
  clusterOf,
  expectReasonsToSum,
  ids,
  interactions,
  items,
  open,
} from './opened-recommender.js';
import type { Recommender } from './package-under-test.js';

describe("the person's hand", () => {
  test('sees what is known, forgets one item, exports and erases', async () => {
    const recommender = await open({ catalog: items });
    await recommender.record([
      { item: 'i1', type: 'like', at: 10 },
      { item: 'i2', type: 'dislike', at: 20 },
    ]);
    const profile = await recommender.profile();
    expect(profile.items).toEqual([
      { item: 'i2', type: 'dislike', weight: -1, at: 20 },
      { item: 'i1', type: 'like', weight: 1, at: 10 },
    ]);
    const taste = Object.fromEntries(profile.interests.map(({ term, weight }) => [term, weight]));
    expect(taste['cluster 1']).toBeGreaterThan(0);
    expect(taste['cluster 2']).toBeLessThan(0);
    expect(JSON.parse(await (await recommender.exportData()).text())).toEqual({
      format: 'inkling-events',
      version: 2,
      muted: [],
      preferred: [],
      events: [
        { item: 'i1', type: 'like', at: 10 },
        { item: 'i2', type: 'dislike', at: 20 },
      ],
    });

    await recommender.edit({ forget: { item: 'i2' } });
    expect(ids((await recommender.profile()).items)).toEqual(['i1']);
    await recommender.erase();
    expect(await recommender.profile()).toEqual({
      events: 0,
      items: [],
      interests: [],
      next: [],
      blend: [],
      muted: [],
      preferred: [],
    });
    expect(recommender.info().events).toBe(0);
    await recommender.record({ item: 'i3', type: 'like' });
    expect(recommender.info().events).toBe(1);
  });

  const events = [
    { item: 'i1', type: 'like', at: 10 },
    { item: 'i1', type: 'view', at: 20 },
    { item: 'i8', type: 'like', at: 20 },
    { item: 'i13', type: 'dislike', at: 30 },
    { item: 'i2', type: 'like', at: 40 },
  ] as const;
  const exported = async (recommender: Recommender) =>
    JSON.parse(await (await recommender.exportData()).text()) as { events: object[] };

  test.each([
    ['one event', { item: 'i1', at: 20 }, [0, 2, 3, 4]],
    ['an item', { item: 'i1' }, [2, 3, 4]],
    ['a span of time, its end not', { from: 20, to: new Date(40) }, [0, 4]],
    ['a type', { type: 'like' as const }, [1, 3]],
    ['what there is none of', { item: 'nothing' }, [0, 1, 2, 3, 4]],
  ])('forgets %s, and lists are as if it had never been', async (_, forget, left) => {
    const [recommender, twin] = [await open({ catalog: items }), await open({ catalog: items })];
    await recommender.record(events);
    const kept = left.map((n) => events[n] as (typeof events)[number]);
    expect(await recommender.edit({ forget })).toEqual({ forgotten: events.length - kept.length });
    await twin.record(kept);
    expect((await exported(recommender)).events).toEqual(kept);
    expect(await recommender.recommend({ k: 60 })).toEqual(await twin.recommend({ k: 60 }));
    expect(await recommender.profile()).toEqual(await twin.profile());
    expect(recommender.info().events).toBe(kept.length);
  });

  test('mutes and prefers topics however they are written', async () => {
    const recommender = await open({
      catalog: [
        { id: 'street', title: 'Die STRASSE', tags: ['ΟΔΟΣ'] },
        { id: 'film', title: 'Über ﬁlme', tags: ['ＳＣＩ\u00a0 Fi'] },
        { id: 'other', title: 'Anderes', tags: ['Café'] },
      ],
    });
    const found = async (query: string) => ids(await recommender.recommend({ query, k: 1 }));
    expect(await found('straße')).toEqual(['street']);
    expect(await found('FILME')).toEqual(['film']);
    expect(await found('CAFE\u0301')).toEqual(['other']);
    await recommender.edit({ mute: ['οδος', ' sci fi '] });
    expect(ids(await recommender.recommend())).toEqual(['other']);
    await recommender.edit({ neutral: ['Οδοσ'], mute: 'straße' });
    expect((await recommender.profile()).muted).toEqual(['sci fi', 'strasse']);
    expect(ids(await recommender.recommend())).toEqual(['other']);
    await recommender.close();
  });

  test.each([
    ['a model', true],
    ['content', false],
  ])('mutes a topic in lists of %s, and takes it back', async (_, train) => {
    const recommender = await open({ catalog: items });
    if (train) await recommender.train(interactions, { settings: { numFactors: 8 } });
    await recommender.record({ item: 'i1', type: 'like' });
    const before = await recommender.recommend({ k: 60 });
    expect(before.some(({ item }) => clusterOf(item) === 1)).toBe(true);
    await recommender.edit({ mute: 'Cluster 1' });
    const muted = await recommender.recommend({ k: 60 });
    expect(muted.map(({ item }) => clusterOf(item))).not.toContain(1);
    expect(muted).toHaveLength(50);
    expect(await recommender.recommend({ query: 'cluster', k: 60 })).toHaveLength(50);
    expect((await recommender.profile()).muted).toEqual(['cluster 1']);
    await recommender.edit({ neutral: 'cluster 1' });
    expect(await recommender.recommend({ k: 60 })).toEqual(before);
  });

  test('mutes a word of a title, and several topics', async () => {
    const recommender = await open({ catalog: items });
    await recommender.edit({ mute: ['17', 'cluster 2', 'Cluster 2', 'unheard of'] });
    expect((await recommender.profile()).muted).toEqual(['17', 'cluster 2', 'unheard of']);
    const list = ids(await recommender.recommend({ k: 60 }));
    expect(list).not.toContain('i17');
    expect(list.map(clusterOf)).not.toContain(2);
    expect(list).toHaveLength(49);
  });

  test.each([
    ['a model', true],
    ['popularity', false],
  ])('prefers a topic in lists of %s, and says why', async (_, train) => {
    const recommender = await open({ catalog: items });
    if (train) {
      await recommender.train(interactions, { settings: { numFactors: 8 } });
      await recommender.record({ item: 'i1', type: 'like' });
    }
    const before = await recommender.recommend({ k: 30 });
    await recommender.edit({ prefer: 'cluster 4' });
    const list = await recommender.recommend({ k: 30 });
    expect(list).toHaveLength(30);
    expect(new Set(ids(list)).size).toBe(30);
    const places = (of: typeof list) =>
      of.flatMap(({ item }, place) => (clusterOf(item) === 4 ? [place] : []));
    expect(places(list).length).toBeGreaterThanOrEqual(places(before).length);
    expect(places(list)[0] ?? 30).toBeLessThan(places(before)[0] ?? 30);
    expectReasonsToSum(list);
    for (const { item, reasons } of list) {
      const preference = reasons.find(({ kind }) => kind === 'preference');
      expect(preference?.term).toBe(clusterOf(item) === 4 ? 'cluster 4' : undefined);
    }
    // The order of the others is that of before.
    const others = (of: typeof list) => ids(of).filter((item) => clusterOf(item) !== 4);
    expect(others(before).slice(0, others(list).length)).toEqual(others(list));
    await recommender.edit({ neutral: ['cluster 4'] });
    expect(await recommender.recommend({ k: 30 })).toEqual(before);
  });

  test('tells which events an interest comes from', async () => {
    const recommender = await open({ catalog: items });
    await recommender.record(events);
    const { interests } = await recommender.profile();
    const from = Object.fromEntries(interests.map(({ term, from }) => [term, from]));
    expect(from['cluster 2']?.toSorted()).toEqual(['i2', 'i8']);
    expect(from['13']).toEqual(['i13']);
  });

  test('tells which interests belong together', async () => {
    const recommender = await open({ catalog: items });
    const events: { item: string; type: 'like' | 'dislike'; at: number }[] = [];
    for (const cluster of [1, 2, 4]) {
      const type = cluster === 4 ? 'dislike' : 'like';
      const those = items.filter(({ id }) => clusterOf(id) === cluster).slice(0, 9);
      for (const { id } of those) events.push({ item: id, type, at: events.length + 1 });
    }
    await recommender.record(events);
    const { interests } = await recommender.profile();
    const group = (term: string) => interests.find((each) => each.term === term)?.group;
    const groups = ['cluster 1', 'cluster 2', 'cluster 4'].map(group);
    expect(new Set(groups).size).toBe(3);
    expect(groups).not.toContain(undefined);
    for (const each of groups) expect(each).toBeLessThan(24);
  });

  test('moves to another device and merges without counting twice', async () => {
    const [one, other] = [await open({ catalog: items }), await open({ catalog: items })];
    await one.record(events.slice(0, 3));
    await one.edit({ mute: 'cluster 3' });
    const first = await one.exportData();
    expect(await other.importData(first)).toEqual({ added: 3, known: 0 });
    expect(await other.importData(first)).toEqual({ added: 0, known: 3 });
    await other.record(events.slice(3));
    await other.edit({ prefer: ['cluster 3', 'cluster 5'] });
    const merged = await (await other.exportData()).text();
    expect(await one.importData(merged)).toEqual({ added: 2, known: 3 });
    expect((await exported(one)).events).toEqual(events);
    expect(one.info().events).toBe(5);
    // What was said on a device stays so there.
    expect(await one.profile()).toMatchObject({ muted: ['cluster 3'], preferred: ['cluster 5'] });
    expect(await other.profile()).toMatchObject({
      muted: [],
      preferred: ['cluster 3', 'cluster 5'],
    });
  });

  test('records and imports more events at once than a call has arguments', async () => {
    const recommender = await open({ catalog: items });
    const many = Array.from({ length: 200_000 }, (_, n) => ({
      item: `other ${n}`,
      type: 'view' as const,
      at: n,
    }));
    await recommender.record(many.slice(0, 150_000));
    expect(recommender.info().events).toBe(150_000);
    const data = { format: 'inkling-events', version: 2, events: many };
    expect(await recommender.importData(JSON.stringify(data))).toEqual({
      added: 50_000,
      known: 150_000,
    });
    expect(recommender.info().events).toBe(200_000);
    expect(await recommender.recommend({ k: 3 })).toHaveLength(3);
  });

  test('imports all or nothing', async () => {
    const recommender = await open({ catalog: items });
    const good = { item: 'i1', type: 'like', at: 1 };
    const data = { format: 'inkling-events', version: 2, events: [good, { ...good, at: 'now' }] };
    await expect(recommender.importData(JSON.stringify(data))).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('event 2'),
    });
    await expect(recommender.importData(7 as never)).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect(recommender.info().events).toBe(0);
  });

  test.each([
    [{}, /nothing is to be done/],
    [{ forget: {} }, /nothing is to be done/],
    [{ forget: { itme: 'a' } }, /itme.*did you mean/i],
    [{ forget: { from: 'yesterday' } }, /from is "yesterday".*Date/],
    [{ mute: 7 }, /mute is the number 7/],
    [{ prefer: ['a', ''] }, /prefer/],
    [{ hide: 'a' }, /unknown option "hide"/],
  ])('refuses to edit %j', async (change, message) => {
    const recommender = await open({ catalog: items });
    await expect(recommender.edit(change as never)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(message),
    });
  });
});
