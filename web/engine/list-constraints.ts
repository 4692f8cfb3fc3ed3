import type { BrokenConstraint, FilterValue, Item, ListConstraint } from '../types.js';
import { attention } from './attention.js';
import { asGroup, groupsOf } from './candidate-pool.js';
import { expectNumber, expectOneOf, record, wrong } from './shape-checks.js';
import type { ShownItem } from './shown-log.js';

/** In the order of the core's `RerankConstraint::Unit`. */
const UNITS = ['items', 'attention'] as const;
const SPANS = ['list', 'sessions'];

/** Sums of attention are rounded. */
const TOLERANCE = 1e-6;

/** One group's rule, as the core wants it. */
export interface GroupRule {
  unit: (typeof UNITS)[number];
  /** Candidates that are in the group. */
  group: number[];
  floor: number;
  ceiling: number;
  credit: number;
}

/** @throws InklingError `invalid_argument` */
export function checkConstraints(constraints: unknown): asserts constraints is ListConstraint[] {
  if (!Array.isArray(constraints)) {
    throw wrong(
      'constraints',
      constraints,
      'an array such as [{field: "tags", value: "comedy", least: 2}]',
    );
  }
  for (const [n, each] of constraints.entries()) {
    const at = `constraints[${n}]`;
    const parts = ['field', 'value', 'unit', 'least', 'most', 'over'];
    const { field, value, unit = 'items', least, most, over = 'list' } = record(at, each, parts);
    if (typeof field !== 'string') throw wrong(`${at}.field`, field, 'the name of an attribute');
    const isValue =
      typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
    if (value !== undefined && !isValue) {
      throw wrong(`${at}.value`, value, 'a text, a number, true or false');
    }
    expectOneOf(`${at}.unit`, unit, UNITS);
    expectOneOf(`${at}.over`, over, SPANS);
    const largest = unit === 'attention' ? 1 : Infinity;
    expectNumber(`${at}.least`, least, 0, largest);
    expectNumber(`${at}.most`, most, 0, largest);
    for (const [name, number] of Object.entries({ least, most })) {
      if (unit === 'items' && number !== undefined && !Number.isInteger(number)) {
        throw wrong(`${at}.${name}`, number, 'a whole number, for the unit is items');
      }
    }
    if (least === undefined && most === undefined) throw wrong(at, each, 'least, most or both');
    if ((least as number) > (most as number))
      throw wrong(`${at}.least`, least, 'no more than most');
    if (over === 'sessions' && unit === 'items') {
      throw wrong(`${at}.over`, over, '"list", or the unit attention');
    }
  }
}

/** What stands at a place, from 1, whatever the list is. */
export interface Placed {
  item: Item;
  position: number;
}

/** What groups have. */
interface Account {
  own: ReadonlyMap<FilterValue, number>;
  /** The attention that all have. */
  before: number;
}

/** What rules are made of. */
export class Ground {
  private readonly past = new Map<ListConstraint, Account>();

  /**
   * @param catalog all that there is
   * @param shown what the person was shown before; needed where a constraint spans sessions
   */
  constructor(
    readonly catalog: readonly Item[],
    private readonly itemOf: (id: string) => Item | undefined,
    private readonly shown: readonly ShownItem[],
  ) {}

  /** What the groups of a constraint have: of what is placed, and of what was shown before. */
  account(constraint: ListConstraint, placed: readonly Placed[]): Account {
    const past = this.past.get(constraint) ?? this.shownBefore(constraint);
    this.past.set(constraint, past);
    const own = new Map(past.own);
    for (const { item, position } of placed) {
      count(own, item, constraint, constraint.unit === 'attention' ? attention(position) : 1);
    }
    return { own, before: past.before };
  }

  private shownBefore(constraint: ListConstraint): Account {
    const own = new Map<FilterValue, number>();
    let before = 0;
    for (const { item, attention: amount } of constraint.over === 'sessions' ? this.shown : []) {
      before += amount;
      count(own, this.itemOf(item), constraint, amount);
    }
    return { own, before };
  }
}

function count(
  own: Map<FilterValue, number>,
  item: Item | undefined,
  constraint: ListConstraint,
  amount: number,
): void {
  for (const value of item ? groupsOf(item, constraint) : []) {
    own.set(value, (own.get(value) ?? 0) + amount);
  }
}

/** The groups that a constraint is about: one that is named, or all that must have something, or those of these items. */
function groupsAsked(
  constraint: ListConstraint,
  items: readonly Item[],
  { catalog }: Ground,
): Set<FilterValue> {
  const { field, value, least = 0 } = constraint;
  const of = (list: readonly Item[]) => list.flatMap((item) => groupsOf(item, constraint));
  if (value === undefined) return new Set(of(least > 0 ? catalog : items));
  return new Set([of(catalog)[0] ?? asGroup(field, value)]);
}

const attentionOf = (positions: readonly number[]) =>
  positions.reduce((sum, position) => sum + attention(position), 0);

/**
 * The rules of a list, group by group; `caps` are rules too.
 *
 * @param items candidates, in their order
 * @param positions of the list
 * @param placed what stands at the others
 */
export function groupRules(
  constraints: readonly ListConstraint[],
  items: readonly Item[],
  positions: readonly number[],
  placed: readonly Placed[],
  ground: Ground,
): GroupRule[] {
  const total = attentionOf([...positions, ...placed.map(({ position }) => position)]);
  return constraints.flatMap((constraint) => {
    const { unit = 'items', least = 0, most = Infinity } = constraint;
    const members = new Map<FilterValue, number[]>();
    for (const value of groupsAsked(constraint, items, ground)) members.set(value, []);
    items.forEach((item, place) => {
      for (const value of groupsOf(item, constraint)) members.get(value)?.push(place);
    });
    const { own, before } = ground.account(constraint, placed);
    return [...members].flatMap(([value, group]): GroupRule[] => {
      const credit = own.get(value) ?? 0;
      if (unit === 'items') return [{ unit, group, floor: least, ceiling: most, credit }];
      const rule = (floor: number, ceiling: number, share: number) => ({
        ...{ unit, group, floor, ceiling },
        credit: credit - share * before,
      });
      return [
        ...(least > 0 ? [rule(least * total, Infinity, least)] : []),
        ...(most < Infinity ? [rule(0, most * total, most)] : []),
      ];
    });
  });
}

/** Which constraints a list breaks, by all that it holds. */
export function brokenBy(
  constraints: readonly ListConstraint[],
  list: readonly Item[],
  ground: Ground,
): BrokenConstraint[] {
  const placed = list.map((item, place) => ({ item, position: place + 1 }));
  const total = attentionOf(placed.map(({ position }) => position));
  return constraints.flatMap((constraint, n) => {
    const { field, unit = 'items', least = 0, most = Infinity } = constraint;
    const { own, before } = ground.account(constraint, placed);
    const all = unit === 'items' ? 1 : total + before;
    return [...groupsAsked(constraint, list, ground)].flatMap((value) => {
      const got = own.get(value) ?? 0;
      const lacking = Math.max(0, least * all - got) + Math.min(0, most * all - got);
      return Math.abs(lacking) > TOLERANCE ? { constraint: n, field, value, unit, lacking } : [];
    });
  });
}

/** A test whether ceilings leave room for one more item beside what is placed, in a list of so many places. */
export function roomBeside(
  constraints: readonly ListConstraint[],
  placed: readonly Placed[],
  position: number,
  size: number,
  ground: Ground,
): (item: Item) => boolean {
  const places = attentionOf(Array.from({ length: size }, (_, place) => place + 1));
  const ceilings = constraints.flatMap((constraint) => {
    const { unit, most } = constraint;
    if (most === undefined) return [];
    const { own, before } = ground.account(constraint, placed);
    const ofItems = unit !== 'attention';
    const limit = ofItems ? most - 1 : most * (places + before) - attention(position);
    return { constraint, own, limit: limit + TOLERANCE };
  });
  return (item) =>
    ceilings.every(({ constraint, own, limit }) =>
      groupsOf(item, constraint).every((value) => (own.get(value) ?? 0) <= limit),
    );
}

/** The same for the core. */
export function packedRules(rules: readonly GroupRule[]) {
  const offsets = new Int32Array(rules.length + 1);
  for (const [n, { group }] of rules.entries())
    offsets[n + 1] = (offsets[n] as number) + group.length;
  return {
    numbers: Float64Array.from(
      rules.flatMap(({ unit, floor, ceiling, credit }) => [
        UNITS.indexOf(unit),
        floor,
        ceiling,
        credit,
      ]),
    ),
    offsets,
    groups: Int32Array.from(rules.flatMap(({ group }) => group)),
  };
}
