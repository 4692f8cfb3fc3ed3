import { type Film, matchKey } from './catalogue.ts';
import type { Session } from './session.ts';

/** Takes opinions along into another catalogue, for each film that is in both. Returns how many there were. */
export async function carryOver(from: Session, to: Session): Promise<number> {
  const known = new Map<string, Film>();
  for (const film of to.catalogue.ranked) {
    const key = matchKey(film);
    if (!known.has(key)) known.set(key, film);
  }
  let carried = 0;
  // Oldest first, so that the newest opinion stays the newest.
  for (const [id, opinion] of [...from.opinions].reverse()) {
    const film = from.catalogue.films.get(id);
    const same = film && known.get(matchKey(film));
    if (!same) continue;
    await to.recommender.record({ item: same.id, type: opinion });
    carried++;
  }
  return carried;
}
