import { describe } from '../catalog/ids.js';
import type { StoredEvent } from '../engine/history.js';
import { shownLog } from '../engine/shown-log.js';
import { InklingError } from '../errors.js';
import { readPersonData } from '../store/person-data.js';

/** What was tried out on a person, for `offPolicy`: one entry a choice in every array. */
export interface ExploredChoices {
  items: string[];
  /** Milliseconds since 1970. */
  times: number[];
  propensities: number[];
  /** 1 where the item was taken within half an hour, else 0. */
  rewards: number[];
}

/**
 * The choices whose propensity an `impression` event tells.
 *
 * @param data the text of what `exportData` has given
 * @throws InklingError `invalid_argument`, `unsupported_version`
 */
export function exploredChoices(data: string): ExploredChoices {
  const choices: ExploredChoices = { items: [], times: [], propensities: [], rewards: [] };
  for (const { item, at, propensity, taken } of shownLog(eventsOf(data))) {
    if (propensity === undefined) continue;
    choices.items.push(item);
    choices.times.push(at);
    choices.propensities.push(propensity);
    choices.rewards.push(Number(taken));
  }
  return choices;
}

/**
 * The lists that a person was shown: impressions of one moment, by their positions.
 *
 * @param data the text of what `exportData` has given
 * @throws InklingError `invalid_argument`, `unsupported_version`
 */
export function shownLists(data: string): string[][] {
  const moments = new Map<number, StoredEvent[]>();
  for (const event of eventsOf(data)) {
    if (event.type !== 'impression') continue;
    moments.set(event.at, [...(moments.get(event.at) ?? []), event]);
  }
  return [...moments.keys()]
    .sort((one, other) => one - other)
    .map((at) =>
      [...(moments.get(at) as StoredEvent[])]
        .sort(
          (one, other) =>
            (one.position ?? Infinity) - (other.position ?? Infinity) || one.seq - other.seq,
        )
        .map(({ item }) => item),
    );
}

function eventsOf(data: string): StoredEvent[] {
  if (typeof data !== 'string') {
    throw new InklingError(
      'invalid_argument',
      `the data is ${describe(data)}; expected the text of what exportData has given: await blob.text()`,
    );
  }
  return readPersonData(data).events.map((event, seq) => ({ ...event, seq }));
}
