import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './one-at-a-time.mjs';

/**
 * Makes a folder that is never seen half-made: it is filled under another name
 * beside, and renamed when all is done. A failure leaves nothing, and what was
 * there before stays until its successor is ready.
 * @param {string} folder
 * @param {(partial: string) => Promise<void>} fill
 */
export async function makeWholeFolder(folder, fill) {
  const partial = `${folder}.partial-${process.pid}`;
  try {
    mkdirSync(partial, { recursive: true });
    await fill(partial);
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } finally {
    remove(partial);
  }
}

/**
 * Removes what makeWholeFolder left behind in a process that was killed too hard
 * to clean up.
 * @param {string} parent where the folders are made
 */
export function removeStalePartials(parent) {
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const pid = /\.partial-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) remove(join(parent, name));
  }
}

/** @param {string} folder */
function remove(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
