import type { InteractionEvent } from 'inkling';
import { type Film, matchKey } from './catalogue.ts';
import type { Session } from './session.ts';

/**
 * Takes opinions along into another catalogue, for each film that is in both, and the muted topics that it has.
 * Returns how many opinions there were.
 */
export async function carryOver(from: Session, to: Session): Promise<number> {
  const known = new Map<string, Film>();
  for (const film of to.catalogue.ranked) {
    const key = matchKey(film);
    if (!known.has(key)) known.set(key, film);
  }
  const now = Date.now();
  const events: InteractionEvent[] = [];
  // Newest first, each a moment older than the one before: the order stays what it was.
  for (const [id, opinion] of from.opinions) {
    const film = from.catalogue.films.get(id);
    const same = film && known.get(matchKey(film));
    if (!same) continue;
    events.push({ item: same.id, type: opinion, at: now - events.length });
  }
  if (events.length > 0) await to.recall(events);
  const muted = [...from.muted].filter((topic) => to.catalogue.spelling.has(topic));
  if (muted.length > 0) await to.mute(muted);
  return events.length;
}
