import { describe } from '../catalog/ids.js';
import { InklingError } from '../errors.js';
import type { Filter, FilterValue, Item } from '../types.js';
import { Kept } from './kept.js';

type Test = (item: Item) => boolean;
/** Whether the values of an attribute, none or several, are as wanted. */
type Operator = (values: readonly FilterValue[], wanted: never) => boolean;

/** Numbers with numbers, texts with texts; a text that is a number with both, whichever of the two it is. */
const comparing =
  (holds: (value: FilterValue, wanted: FilterValue) => boolean) =>
  (values: readonly FilterValue[], wanted: FilterValue) =>
    values.some((value) => {
      const numbers = typeof value === 'number' || typeof wanted === 'number';
      const [one, other] = numbers ? [asNumber(value), asNumber(wanted)] : [value, wanted];
      return typeof one === typeof other && holds(one, other);
    });
const equal = comparing((value, wanted) => value === wanted);
const among: Operator = (values, wanted: FilterValue[]) =>
  wanted.some((each) => equal(values, each));

const OPERATORS: Record<string, Operator> = {
  eq: equal,
  in: among,
  gt: comparing((value, wanted) => value > wanted),
  gte: comparing((value, wanted) => value >= wanted),
  lt: comparing((value, wanted) => value < wanted),
  lte: comparing((value, wanted) => value <= wanted),
  has: equal,
  hasAny: among,
  hasAll: (values, wanted: FilterValue[]) => wanted.every((each) => equal(values, each)),
  exists: (values, wanted) => values.length > 0 === wanted,
};
const OF_LISTS = ['in', 'hasAny', 'hasAll'];

const isValue = (value: unknown): value is FilterValue =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

/**
 * A filter as a function.
 *
 * @param path for messages: "recommend: filter"
 * @throws InklingError `invalid_argument`, naming the place in the filter
 */
export function compileFilter(filter: unknown, path: string): Test {
  if (!isPlain(filter)) throw wrong(path, filter, 'an object such as {year: {gte: 1990}}');
  const tests = Object.entries(filter).flatMap(([name, condition]): Test | Test[] => {
    const place = `${path}.${name}`;
    if (condition === undefined) return [];
    if (name === 'not') {
      const test = compileFilter(condition, place);
      return (item) => !test(item);
    }
    if (name !== 'and' && name !== 'or') return conditionOf(name, condition, place);
    if (!Array.isArray(condition)) throw wrong(place, condition, 'an array of filters');
    const parts = condition.map((part, n) => compileFilter(part, `${place}[${n}]`));
    return name === 'and' ? parts : (item) => parts.some((test) => test(item));
  });
  return (item) => tests.every((test) => test(item));
}

function conditionOf(name: string, condition: unknown, place: string): Test[] {
  const operators = isValue(condition) ? { eq: condition } : condition;
  if (!isPlain(operators)) {
    throw wrong(
      place,
      condition,
      'a text, a number, true, false, or operators such as {in: [1, 2]}',
    );
  }
  return Object.entries(operators).flatMap(([operator, wanted]): Test | Test[] => {
    if (wanted === undefined) return [];
    const holds = Object.hasOwn(OPERATORS, operator) && OPERATORS[operator];
    if (!holds) {
      const known = Object.keys(OPERATORS);
      throw new InklingError(
        'invalid_argument',
        `${place}: unknown operator "${operator}"; known are ${known.join(', ')}`,
      );
    }
    const [fits, expected] = OF_LISTS.includes(operator)
      ? [Array.isArray(wanted) && wanted.every(isValue), 'an array of texts and numbers']
      : operator === 'exists'
        ? [typeof wanted === 'boolean', 'true or false']
        : [isValue(wanted), 'a text, a number, true or false'];
    if (!fits) throw wrong(`${place}.${operator}`, wanted, expected);
    const compared = ([wanted].flat() as FilterValue[]).map((value) => asCompared(name, value));
    const operand = (Array.isArray(wanted) ? compared : compared[0]) as never;
    return (item) => holds(valuesOf(item, name), operand);
  });
}

/** What an item says of an attribute: nothing, one thing or several. */
export function valuesOf(item: Item, name: string): FilterValue[] {
  if (!Object.hasOwn(item, name)) return [];
  return [item[name]].flat().flatMap((value) => (isValue(value) ? asCompared(name, value) : []));
}

/** A text that is a number as one. */
export function asNumber(value: FilterValue): FilterValue {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : value;
}

/** Ids are what they are; of other texts the case does not count. */
function asCompared(name: string, value: FilterValue): FilterValue {
  return typeof value === 'string' && name !== 'id' ? value.toLowerCase() : value;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return {}.toString.call(value) === '[object Object]';
}

function wrong(place: string, given: unknown, expected: string): InklingError {
  return new InklingError(
    'invalid_argument',
    `${place} is ${describe(given)}; expected ${expected}`,
  );
}

/** Items by index, and which of them filters and phrases choose: worked out once for each. */
export class FilteredItems {
  /** By phrase: items in which it stands. */
  readonly found = new Kept<number[]>();
  private readonly masks = new Kept<Uint8Array>();
  private readonly moments = new Map<string, Float64Array>();
  private picks: number[] | null = null;

  constructor(readonly items: readonly Item[]) {}

  /** One entry an item: 1 where the filter holds. @throws InklingError `invalid_argument` */
  mask(filter: Filter, path: string): Uint8Array {
    return this.masks.of(JSON.stringify(filter), () => {
      const test = compileFilter(filter, path);
      return Uint8Array.from(this.items, (item) => Number(test(item)));
    });
  }

  /** One entry an item: what an attribute says in milliseconds since 1970; NaN where it says no time. */
  times(field: string): Float64Array {
    let times = this.moments.get(field);
    if (!times) {
      times = Float64Array.from(this.items, (item) =>
        new Date((item[field] ?? Number.NaN) as string | number).getTime(),
      );
      this.moments.set(field, times);
    }
    return times;
  }

  /** Items that the catalogue picks. */
  picked(): number[] {
    this.picks ??= this.items.flatMap(({ pick }, index) => (Number.isFinite(pick) ? index : []));
    return this.picks;
  }
}
