import type { ExploreOptions } from '../types.js';
import { owning } from './heap.js';
import type { ServingEngine } from './serving-engine.js';
import { expectAboveZero, expectNumber, expectOneOf, record, wrong } from './shape-checks.js';
import { check } from './status.js';

const POLICIES = ['thompson', 'linucb', 'softmax'];
const UNKNOWNS = ['topics', 'items'];
/** Enough that inverse propensities are about as good as with any number: cpp/include/inkling/exploration.h. */
const DRAWS = 64;
const EPSILON = 0.05;
const TEMPERATURE = 0.1;
const BOUND_WIDTH = 1;
/** The core's SlotPolicy::Kind. */
const SOFTMAX = 0;
const BY_DRAWS = 1;
/** What a linear bandit can hold, less the two that are not topics. */
const MOST_TOPICS = 62;

/** @throws InklingError `invalid_argument` */
export function checkExplore(explore: object): asserts explore is ExploreOptions {
  const parts = ['share', 'by', 'over', 'temperature', 'epsilon'];
  const { share, by = 'thompson', over, temperature, epsilon } = record('explore', explore, parts);
  if (share === undefined) throw wrong('explore.share', share, 'a number from 0 to 1');
  expectNumber('explore.share', share, 0, 1);
  expectOneOf('explore.by', by, POLICIES);
  if (over !== undefined) expectOneOf('explore.over', over, UNKNOWNS);
  expectAboveZero('explore.temperature', temperature);
  expectNumber('explore.epsilon', epsilon, 0, 1);
}

/** What may be tried out, and what is known of it. */
export interface Unknown {
  /** One a candidate, 0 to 1. */
  scores: readonly number[];
  /** By candidate. */
  items: readonly number[];
  /** Topics by item; none of items without. */
  topicsOf: (item: number) => readonly number[];
  numTopics: number;
  /** One an item: how many others met it. */
  popularity: Float32Array;
  /** One a topic: its share of the person's own history. */
  interest: Float32Array;
  /** What was shown before: the item, and whether it was taken. */
  shown: readonly { item: number; taken: boolean }[];
}

export interface TriedOut {
  candidate: number;
  propensity: number;
}

/** Chooses what is tried out at one place; null where there is nothing. */
export function triedOut(
  engine: ServingEngine,
  { by = 'thompson', over, temperature = TEMPERATURE, epsilon = EPSILON }: ExploreOptions,
  unknown: Unknown,
  seed: number,
): TriedOut | null {
  const { module, heap, wasm } = engine;
  const count = unknown.items.length;
  if (count === 0) return null;
  const values =
    by === 'softmax'
      ? Float32Array.from(unknown.scores)
      : by === 'linucb'
        ? upperBounds(engine, unknown)
        : drawnRates(engine, unknown, over ?? (unknown.numTopics > 0 ? 'topics' : 'items'), seed);
  const kind = by === 'softmax' ? SOFTMAX : BY_DRAWS;
  return owning((own) => {
    const out = own(new module.Buffer(0));
    const given = own(heap.write(values));
    // The draws were made by other numbers than the choice.
    const status = module.exploreSlots(
      wasm,
      kind,
      count,
      given,
      temperature,
      epsilon,
      1,
      2 * seed + 1,
      out,
    );
    check(wasm, status);
    const rows = heap.read(out, Float64Array);
    return { candidate: rows[0] as number, propensity: rows[1] as number };
  });
}

/**
 * Rates that may be true, a row a draw: of items, or for each item the mean of its topics'. An arm begins with what many
 * others made of it: what was met most is taken every other time, others in proportion.
 */
function drawnRates(
  { module, heap, wasm }: ServingEngine,
  { items, topicsOf, numTopics, popularity, shown }: Unknown,
  over: 'topics' | 'items',
  seed: number,
): Float32Array {
  const byTopics = over === 'topics';
  const places = new Map(items.map((item, place) => [item, place]));
  const armsOf = (item: number): readonly number[] => {
    if (byTopics) return topicsOf(item);
    const place = places.get(item);
    return place === undefined ? [] : [place];
  };
  const numArms = byTopics ? numTopics : items.length;
  const most = popularity.reduce((one, other) => Math.max(one, other), 1);
  const priorShown = new Float32Array(numArms);
  const priorTaken = new Float32Array(numArms);
  const count = (item: number) => {
    for (const arm of armsOf(item)) {
      priorShown[arm] = (priorShown[arm] as number) + 2 * most;
      priorTaken[arm] = (priorTaken[arm] as number) + (popularity[item] as number);
    }
  };
  for (const item of byTopics ? popularity.keys() : items) count(item);
  const events = shown.flatMap(({ item, taken }) => {
    const arms = armsOf(item);
    return arms.map((arm) => ({ arm, taken: Number(taken), weight: 1 / arms.length }));
  });
  const draws = owning((own) => {
    const out = own(new module.Buffer(0));
    const write = (values: Float32Array | Int32Array | Uint8Array) => own(heap.write(values));
    const status = module.drawRates(
      wasm,
      write(priorShown),
      write(priorTaken),
      write(Int32Array.from(events, ({ arm }) => arm)),
      write(Uint8Array.from(events, ({ taken }) => taken)),
      write(Float32Array.from(events, ({ weight }) => weight)),
      DRAWS,
      2 * seed,
      out,
    );
    check(wasm, status);
    return heap.read(out, Float32Array);
  });
  if (!byTopics) return draws;
  const rates = draws.map((odds) => 1 / (1 + Math.exp(-odds)));
  const values = new Float32Array(DRAWS * items.length);
  items.forEach((item, place) => {
    const arms = topicsOf(item);
    for (let draw = 0; draw < DRAWS; draw++) {
      const sum = arms.reduce((total, arm) => total + (rates[draw * numArms + arm] as number), 0);
      values[draw * items.length + place] = sum / Math.max(1, arms.length);
    }
  });
  return values;
}

/** One a candidate, by its popularity and its topics; before the first event an item is worth what the person's interest in its topics is. */
function upperBounds(
  { module, heap, wasm }: ServingEngine,
  { items, topicsOf, numTopics, popularity, interest, shown }: Unknown,
): Float32Array {
  const counts = new Float32Array(numTopics);
  for (const item of items)
    for (const topic of topicsOf(item)) counts[topic] = (counts[topic] as number) + 1;
  const common = [...counts.keys()]
    .sort((one, other) => (counts[other] as number) - (counts[one] as number))
    .slice(0, MOST_TOPICS);
  const placeOf = new Map(common.map((topic, place) => [topic, place + 2]));
  const width = common.length + 2;
  const most = popularity.reduce((one, other) => Math.max(one, other), 1);
  const features = (list: readonly number[]) => {
    const rows = new Float32Array(list.length * width);
    list.forEach((item, n) => {
      const topics = topicsOf(item);
      rows[n * width] = 1;
      rows[n * width + 1] = (popularity[item] as number) / most;
      for (const topic of topics) {
        const place = placeOf.get(topic);
        if (place !== undefined) rows[n * width + place] = 1 / topics.length;
      }
    });
    return rows;
  };
  const mean = Float32Array.from({ length: width }, (_, n) =>
    n < 2 ? 0 : (interest[common[n - 2] as number] as number),
  );
  return owning((own) => {
    const out = own(new module.Buffer(0));
    const write = (values: Float32Array) => own(heap.write(values));
    const status = module.upperBounds(
      wasm,
      write(mean),
      write(features(shown.map(({ item }) => item))),
      write(Float32Array.from(shown, ({ taken }) => Number(taken))),
      write(features(items)),
      BOUND_WIDTH,
      out,
    );
    check(wasm, status);
    return heap.read(out, Float32Array);
  });
}
