import type {
  BrokenConstraint,
  FilterValue,
  Item,
  ListConstraint,
  RecommendOptions,
} from '../types.js';
import { attention } from './attention.js';
import { valuesOf } from './filter.js';
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
  /** Of the pool, in its order. */
  items: readonly Item[];
  /** The list's length, without what is pinned. */
  k: number;
  pinned: readonly Item[];
  itemOf: (id: string) => Item | undefined;
  /** What the person was shown before; asked for where a constraint spans sessions. */
  shown: readonly ShownItem[];
}

/** The rules of a call, group by group; `caps` are rules too, of those groups that candidates are in. */
export function groupRules(
  constraints: readonly ListConstraint[],
  caps: NonNullable<RecommendOptions['caps']>,
  ground: Ground,
): GroupRule[] {
  const total = Array.from({ length: ground.k }, (_, place) => attention(place + 1)).reduce(
    (sum, each) => sum + each,
    0,
  );
  return [...constraints, ...caps].flatMap((constraint: ListConstraint, n) => {
    const { field, unit = 'items', least, most, over } = constraint;
    const members = new Map<FilterValue, number[]>();
    ground.items.forEach((item, place) => {
      for (const value of new Set(valuesOf(item, field))) {
        members.set(value, [...(members.get(value) ?? []), place]);
      }
    });
    const asked =
      constraint.value === undefined ? [] : valuesOf({ id: '', [field]: constraint.value }, field);
    return (asked.length > 0 ? asked : [...members.keys()]).flatMap((value): GroupRule[] => {
      const rule = { constraint: n, field, value, unit, group: members.get(value) ?? [] };
      const isIn = (item: Item | undefined) =>
        item !== undefined && valuesOf(item, field).includes(value);
      const open = { ...rule, floor: 0, ceiling: Infinity };
      if (unit === 'items') {
        const credit = ground.pinned.filter(isIn).length;
        return [{ ...open, floor: least ?? 0, ceiling: most ?? Infinity, credit }];
      }
      const past = over === 'sessions' ? ground.shown : [];
      let shown = 0;
      let own = 0;
      for (const { item, attention: got } of past) {
        shown += got;
        if (isIn(ground.itemOf(item))) own += got;
      }
      return [
        ...(least ? [{ ...open, floor: least * total, credit: own - least * shown }] : []),
        ...(most !== undefined
          ? [{ ...open, ceiling: most * total, credit: own - most * shown }]
          : []),
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
