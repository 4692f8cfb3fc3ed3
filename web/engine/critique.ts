import { InklingError } from '../errors.js';
import type { Critique, Filter, FilterValue, Item, RecommendOptions } from '../types.js';
import { asNumber, type FilteredItems, valuesOf } from './filter.js';

/** What a critique compares, and whether it wants more of it. */
const CRITICIZED: Record<Critique, ['time' | 'length' | 'popularity', boolean]> = {
  newer: ['time', true],
  older: ['time', false],
  longer: ['length', true],
  shorter: ['length', false],
  'more popular': ['popularity', true],
  'less popular': ['popularity', false],
};
const ATTRIBUTES = {
  time: ['published', 'year'],
  length: ['runtime', 'duration', 'length', 'pages'],
};

/**
 * What critiques of an item ask of the others: filters, and bounds by what it says of itself.
 *
 * @param popularityOf asked only where a critique is about it
 * @returns tests, all of which an item must pass
 * @throws InklingError `invalid_argument`
 */
export function critiqueTests(
  liked: number,
  { but = [], attributes = {} }: RecommendOptions,
  catalog: FilteredItems,
  popularityOf: () => Float32Array,
): ((index: number) => unknown)[] {
  const { items } = catalog;
  const said = (item: Item | undefined, name: string) =>
    asNumber(valuesOf(item as Item, name)[0] as FilterValue);
  return ([but].flat() as readonly (Critique | Filter)[]).map((critique) => {
    if (typeof critique !== 'string') {
      const mask = catalog.mask(critique, 'recommend: but');
      return (index) => mask[index];
    }
    const [what, more] = CRITICIZED[critique];
    let values: ArrayLike<FilterValue>;
    if (what === 'popularity') {
      values = popularityOf();
    } else {
      const names = [attributes[what] ?? ATTRIBUTES[what]].flat();
      const name = names.find((each) => said(items[liked], each) !== undefined);
      if (name === undefined) {
        throw new InklingError(
          'invalid_argument',
          `recommend: but is "${critique}", and the item of like has no attribute ${names.join(' or ')}; ` +
            `name one in attributes: {${what}: "…"}`,
        );
      }
      values = items.map((item) => said(item, name));
    }
    const bound = values[liked] as FilterValue;
    return (index) => {
      const value = values[index] as FilterValue;
      return more ? value > bound : value < bound;
    };
  });
}
