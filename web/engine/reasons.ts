import type { Interest, Reason } from '../types.js';
import type { PackedList } from './packed-list.js';
import type { Plan, Stock } from './plan.js';
import { strongest } from './rules.js';
import type { GivenRung } from './rungs.js';

const TERMS_OF_A_REASON = 5;
/** What stands as the term of a part that rules have made. */
const ADJUSTMENT = -2;
const PREFERENCE = -3;
const MODEL_ITSELF = -4;

type Term = Pick<Interest, 'kind' | 'term' | 'field'>;

/** Tells the parts of scores, as the core packs them, by ids and words. */
export class Reasons {
  private readonly terms = new Map<number, Term>();

  constructor(private readonly stock: Pick<Stock, 'ids' | 'core'>) {}

  /**
   * Of entry n of a list.
   *
   * @param rung the rung it is of
   * @param most so many are told apart
   */
  of(
    list: PackedList,
    n: number,
    { history, popularity, adjustments, adjusted, topics }: Plan,
    rung: GivenRung | undefined,
    most: number,
  ): Reason[] {
    const known = rung ?? popularity;
    const { ids } = this.stock;
    const index = list.item(n);
    const reasons: Reason[] = [];
    for (const { item, term, value } of list.parts(n)) {
      if (item >= 0 && term >= 0) {
        // Splits the event before it: worth naming, but not a part of the sum.
        const event = reasons.at(-1);
        if (event?.terms && event.terms.length < TERMS_OF_A_REASON)
          event.terms.push(this.term(term).term);
      } else if (item >= 0) {
        const weight = history.weights[history.items.indexOf(item)] as number;
        reasons.push({ kind: 'event', item: ids.id(item), weight, terms: [], contribution: value });
      } else if (term >= 0) {
        reasons.push({ ...this.term(term), contribution: value });
      } else if (term === ADJUSTMENT) {
        reasons.push(...adjustments.reasons(index, value));
      } else if (term === MODEL_ITSELF) {
        reasons.push({ kind: 'model', contribution: value });
      } else if (term === PREFERENCE) {
        const [topic = ''] = topics.get(index) ?? [];
        reasons.push({ kind: 'preference', term: topic, contribution: value });
      } else {
        reasons.push(...(known?.reasons(index) ?? [{ kind: 'popularity', contribution: value }]));
      }
    }
    for (const reason of reasons) if (reason.terms?.length === 0) delete reason.terms;
    const { count, value } = list.others(n);
    if (count > 0) reasons.push({ kind: 'others', count, contribution: value });
    return known || adjusted.length > 0 ? strongest(reasons, most) : reasons;
  }

  /** A word, tag or attribute. */
  term(index: number): Term {
    let known = this.terms.get(index);
    if (!known) {
      const text = this.stock.core.term(index);
      // Between an attribute's name and its value stands a character that no tag has.
      const [field = '', term] = text.slice(1).split(/\p{Cc}/u);
      known = !text.startsWith('#')
        ? { kind: 'term', term: text }
        : term === undefined
          ? { kind: 'tag', term: field }
          : { kind: 'attribute', field, term };
      this.terms.set(index, known);
    }
    return known;
  }
}
