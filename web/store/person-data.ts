import type { StoredEvent } from '../engine/history.js';
import { InklingError } from '../errors.js';
import { checkEvent } from '../event.js';
import { isTopic, topicsOf } from '../topics.js';
import type { TimedEvent } from './event-log.js';
import type { Preferences } from './person-store.js';

const FORMAT = 'inkling-events';
const VERSION = 2;

export type PersonData = Preferences & { events: TimedEvent[] };

/** Everything of a person as JSON; web/README.md tells the format. */
export function writePersonData(events: readonly StoredEvent[], preferences: Preferences): string {
  const told = events.map(({ seq: _, ...event }) => event);
  return JSON.stringify(
    { format: FORMAT, version: VERSION, ...preferences, events: told },
    null,
    1,
  );
}

/**
 * Reads what `writePersonData` has written, this release's or an older one's.
 *
 * @throws InklingError `invalid_argument`, `unsupported_version`
 */
export function readPersonData(text: string): PersonData {
  let data: Record<string, unknown> | null;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw wrong(`the data is no JSON (${String(cause)})`, cause);
  }
  if (data?.format !== FORMAT || !Array.isArray(data.events)) {
    throw wrong(`the data is not of the format "${FORMAT}"`);
  }
  const { version, events, muted = [], preferred = [] } = data;
  if (version !== 1 && version !== VERSION) {
    throw new InklingError(
      'unsupported_version',
      `importData: the data is of version ${version}, and this release reads 1 to ${VERSION}; update inkling`,
    );
  }
  for (const topics of [muted, preferred]) {
    if (!Array.isArray(topics) || topics.some((topic) => !isTopic(topic))) {
      throw wrong('muted and preferred must be arrays of topics: words or tags');
    }
  }
  const mutedTopics = topicsOf(muted as string[]);
  return {
    events: events.map((event, n) => checkEvent(event, Number.NaN, `importData: event ${n + 1}`)),
    muted: mutedTopics,
    preferred: topicsOf(preferred as string[]).filter((topic) => !mutedTopics.includes(topic)),
  };
}

/** Of `events` those that `known` does not have: as often as they stand there more often. */
export function newEvents(
  known: Iterable<TimedEvent>,
  events: readonly TimedEvent[],
): TimedEvent[] {
  const counts = new Map<string, number>();
  for (const event of known) counts.set(identity(event), (counts.get(identity(event)) ?? 0) + 1);
  return events.filter((event) => {
    const count = counts.get(identity(event)) ?? 0;
    counts.set(identity(event), count - 1);
    return count <= 0;
  });
}

function identity({ item, type, value, at }: TimedEvent): string {
  return JSON.stringify([item, type, value, at]);
}

function wrong(text: string, cause?: unknown): InklingError {
  return new InklingError(
    'invalid_argument',
    `importData: ${text}; expected what exportData has given`,
    { cause },
  );
}
