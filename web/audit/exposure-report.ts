import { describe } from '../catalog/ids.js';
import { attention } from '../engine/attention.js';
import { randomNumbers } from '../engine/rules.js';
import { InklingError } from '../errors.js';

/** What is to be looked at. */
export interface ExposureQuestion {
  /** Lists of item ids as they were shown, the first place first; one of a person, or several. */
  lists: readonly (readonly string[])[];
  /** The groups of an item: makers, publishers, decades. None: it is counted nowhere. */
  groupsOf: (item: string) => string | readonly string[] | undefined;
  /**
   * What was relevant to whom a list was for, such as what they took later: as many arrays as lists. A group then merits as much attention
   * as its share of this. Without it, as its share of `items`.
   */
  relevant?: readonly (readonly string[])[];
  /** All items that could have been shown. */
  items?: readonly string[];
  /** Of the resampling. Default 1. */
  seed?: number;
}

export interface GroupExposure {
  group: string;
  /** Its share of the attention: a place gets 1 / log2(place + 1). */
  attention: number;
  /** The share that it merits. */
  merit: number;
  /** attention / merit: above 1 it gains, below it loses. Infinity where it merits nothing. */
  ratio: number;
  /** Of the ratio, by resampling the lists: all groups' hold together with a probability of at least 95 %. */
  interval: [number, number];
  /** `gains` or `loses` where the interval leaves 1 out, and there are at least 20 lists to tell. */
  verdict: 'gains' | 'loses' | 'as merited' | 'too few lists';
}

const RESAMPLES = 2000;
const FEWEST_LISTS = 20;
const LEVEL = 0.05;

/**
 * Who gains and who loses by lists: each group's share of the attention beside the share it merits, exposure in proportion to
 * relevance (Singh & Joachims, KDD 2018). The most wronged first. An item of several groups counts for each in equal parts. O(2000 lists groups).
 *
 * @throws InklingError `invalid_argument`
 */
export function exposureReport(question: ExposureQuestion): GroupExposure[] {
  checkQuestion(question);
  const { lists, groupsOf, relevant, items, seed = 1 } = question;
  const names: string[] = [];
  const places = new Map<string, number>();
  const shares = (ids: readonly string[], weightAt: (place: number) => number) => {
    const sums: number[] = [];
    ids.forEach((id, place) => {
      const groups = [groupsOf(id) ?? []].flat();
      for (const group of groups) {
        let n = places.get(group);
        if (n === undefined) {
          n = names.push(group) - 1;
          places.set(group, n);
        }
        sums[n] = (sums[n] ?? 0) + weightAt(place) / groups.length;
      }
    });
    return sums;
  };
  const got = lists.map((list) => shares(list, (place) => attention(place + 1)));
  const merited = relevant?.map((list) => shares(list, () => 1));
  const catalogue = items && !relevant ? shares(items, () => 1) : undefined;
  const ratiosOf = (chosen: readonly number[]) => {
    const own = names.map(() => 0);
    const due = names.map((_, n) => catalogue?.[n] ?? 0);
    for (const list of chosen) {
      got[list]?.forEach((sum, n) => {
        own[n] = (own[n] as number) + sum;
      });
      merited?.[list]?.forEach((sum, n) => {
        due[n] = (due[n] as number) + sum;
      });
    }
    const total = (sums: readonly number[]) => sums.reduce((sum, each) => sum + each, 0) || 1;
    const [all, most] = [total(own), total(due)];
    return names.map((_, n) => {
      const attentionShare = (own[n] as number) / all;
      const merit = (due[n] as number) / most;
      return { attention: attentionShare, merit, ratio: attentionShare / merit };
    });
  };
  const everyone = [...lists.keys()];
  const enough = lists.filter((list) => list.length > 0).length >= FEWEST_LISTS;
  const random = randomNumbers(seed);
  const drawn = Array.from({ length: RESAMPLES }, () =>
    ratiosOf(everyone.map(() => Math.floor(random() * lists.length))),
  );
  // Shared among the groups (Bonferroni), so that not one of twenty is named by chance.
  const tail = LEVEL / 2 / Math.max(1, names.length);
  const report = ratiosOf(everyone).map((own, n): GroupExposure => {
    const ratios = drawn
      .map((each) => each[n]?.ratio as number)
      .filter((ratio) => !Number.isNaN(ratio))
      .sort((a, b) => a - b);
    const at = (share: number) => ratios[Math.round(share * (ratios.length - 1))] ?? Number.NaN;
    const interval: [number, number] = [at(tail), at(1 - tail)];
    const told = interval[0] > 1 ? 'gains' : interval[1] < 1 ? 'loses' : 'as merited';
    const verdict = enough ? told : 'too few lists';
    return { group: names[n] as string, ...own, interval, verdict };
  });
  return report.sort((one, other) => one.ratio - other.ratio);
}

/** @throws InklingError `invalid_argument` */
function checkQuestion(question: ExposureQuestion): void {
  const wrong = (what: string) => new InklingError('invalid_argument', `exposureReport: ${what}`);
  const { lists, groupsOf, relevant, items } = Object(question) as Partial<ExposureQuestion>;
  const isList = (value: unknown) =>
    Array.isArray(value) && value.every((id) => typeof id === 'string');
  for (const [name, value] of Object.entries({ lists, relevant })) {
    if (name === 'relevant' && value === undefined) continue;
    if (!Array.isArray(value) || !value.every(isList)) {
      throw wrong(`${name} is ${describe(value)}; expected an array of arrays of item ids`);
    }
  }
  if (typeof groupsOf !== 'function') {
    throw wrong(`groupsOf is ${describe(groupsOf)}; expected a function of an item id`);
  }
  if (items !== undefined && !isList(items)) {
    throw wrong(`items is ${describe(items)}; expected an array of item ids`);
  }
  if (relevant ? relevant.length !== lists?.length : !items) {
    throw wrong(
      `${relevant ? `${relevant.length} arrays of relevant items for ${lists?.length} lists` : 'neither relevant nor items'}; ` +
        'give what was relevant, an array for each list, or all items that could have been shown',
    );
  }
}
