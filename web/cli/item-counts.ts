import { InklingError } from '../errors.js';
import type { Arguments } from './arguments.js';
import type { Workplace } from './command.js';

/** How many users met each item, by `--item-counts`, or 0. @throws InklingError `invalid_catalog` */
export async function countsOf(
  args: Arguments,
  work: Workplace,
  itemIds: readonly string[],
): Promise<Float32Array> {
  const path = args.text('item-counts');
  if (path === undefined) return new Float32Array(itemIds.length);
  const counts = await work.files.counts(path);
  const found = Float32Array.from(itemIds, (id) => counts.get(id) ?? 0);
  const missing = itemIds.filter((id) => !counts.has(id));
  if (missing.length === itemIds.length) {
    throw new InklingError(
      'invalid_catalog',
      `${path}: no item of the factors has a count; ids are ${JSON.stringify(itemIds[0])} there and ` +
        `${JSON.stringify([...counts.keys()][0] ?? '')} here.`,
    );
  }
  if (missing.length > 0) {
    work.progress.say(
      `${path}: ${missing.length} items have no count, such as ${missing[0]}; taken for 0.`,
    );
  }
  return found;
}
