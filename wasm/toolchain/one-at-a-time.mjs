import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const pollMs = 200;

/**
 * Runs work while no other process does: two terminals that both begin with
 * set-up must not both run `npm ci`. The lock is a symbolic link to the number
 * of the process that works: made in one step, never seen half-written, and one
 * whose process was killed holds nobody up.
 * @template T
 * @param {string} folder where the lock lies; made when it is missing
 * @param {() => Promise<T>} work
 * @param {object} [options]
 * @param {AbortSignal} [options.signal] stops the waiting
 * @param {(line: string) => void} [options.say]
 * @returns {Promise<T>}
 */
export async function oneAtATime(folder, work, { signal, say = () => {} } = {}) {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'set-up.lock');
  let told = false;
  while (!takeLock(lock)) {
    signal?.throwIfAborted();
    const holder = lockHolder(lock);
    if (holder === null) continue; // given back in this moment
    if (!isAlive(holder)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!told) say(`waiting for the set-up that process ${holder} is doing`);
    told = true;
    await wait(pollMs, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
function takeLock(lock) {
  try {
    symlinkSync(String(process.pid), lock);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} lock */
function lockHolder(lock) {
  try {
    return Number(readlinkSync(lock));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Whether a process with this number exists, ours to signal or not.
 * @param {number} pid
 */
export function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
