import type {
  BrokenConstraint,
  FilterValue,
  Item,
  ListConstraint,
  RecommendOptions,
} from '../types.js';
import { attention } from './attention.js';
import { asGroup, groupsOf } from './candidate-pool.js';
import { expectNumber, expectOneOf, record, wrong } from './shape-checks.js';
import type { ShownItem } from './shown-log.js';

/** In the order of the core's `RerankConstraint::Unit`. */
const UNITS = ['items', 'attention'] as const;
const SPANS = ['list', 'sessions'];

/** One group's rule, as the core wants it. */
export interface GroupRule {
  constraint: number;
  field: string;
  value: FilterValue;
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
    if (value !== undefined && !['string', 'number', 'boolean'].includes(typeof value)) {
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

/** What rules are made of. */
interface Ground {
  /** Candidates, in their order. */
  items: readonly Item[];
  /** All that there is. */
  catalog: readonly Item[];
  /** How many places the list has for candidates. */
  k: number;
  pinned: readonly Item[];
  itemOf: (id: string) => Item | undefined;
  /** What the person was shown before; asked for where a constraint spans sessions. */
  shown: readonly ShownItem[];
}

/** The rules of a call, group by group; `caps` are rules too. A ceiling needs none where a group has no candidate. */
export function groupRules(
  constraints: readonly ListConstraint[],
  caps: NonNullable<RecommendOptions['caps']>,
  { items, catalog, k, pinned, itemOf, shown }: Ground,
): GroupRule[] {
  const total = [...Array(k).keys()].reduce((sum, place) => sum + attention(place + 1), 0);
  return [...constraints, ...caps].flatMap((constraint: ListConstraint, n) => {
    const { field, value: given, unit = 'items', least = 0, most, over } = constraint;
    const members = new Map<FilterValue, number[]>();
    const add = (item: Item, place: number[]) => {
      for (const value of groupsOf(item, constraint)) {
        const known = members.get(value);
        if (known) known.push(...place);
        else members.set(value, place.slice());
      }
    };
    for (const [place, item] of items.entries()) add(item, [place]);
    if (given !== undefined)
      members.set(asGroup(field, given), members.get(asGroup(field, given)) ?? []);
    else if (least > 0) for (const item of catalog) add(item, []);
    const gotten = new Map<FilterValue, number>();
    const count = (item: Item | undefined, amount: number) => {
      for (const value of item ? groupsOf(item, constraint) : []) {
        gotten.set(value, (gotten.get(value) ?? 0) + amount);
      }
    };
    let before = 0;
    if (unit === 'items') for (const item of pinned) count(item, 1);
    else if (over === 'sessions') {
      for (const { item, attention: amount } of shown) {
        before += amount;
        count(itemOf(item), amount);
      }
    }
    return [...members].flatMap(([value, group]): GroupRule[] => {
      const credit = gotten.get(value) ?? 0;
      const rule = { constraint: n, field, value, unit, group };
      const open = { ...rule, floor: 0, ceiling: Infinity };
      if (unit === 'items') return [{ ...rule, floor: least, ceiling: most ?? Infinity, credit }];
      return [
        ...(least > 0 ? [{ ...open, floor: least * total, credit: credit - least * before }] : []),
        ...(most === undefined
          ? []
          : [{ ...open, ceiling: most * total, credit: credit - most * before }]),
      ];
    });
  });
}

/** The rules that a list breaks, as they are told. */
export function toldBroken(
  rules: readonly GroupRule[],
  broken: readonly { rule: number; lacking: number }[],
): BrokenConstraint[] {
  return broken.map(({ rule, lacking }) => {
    const { constraint, field, value, unit } = rules[rule] as GroupRule;
    return { constraint, field, value, unit, lacking };
  });
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
