// A clock for simulations: what a list makes of the time of events, as an app's clock would have it after days and weeks.
import { setEnvironmentData } from 'node:worker_threads';

export const CLOCK = 'inkling: simulated time';
export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;
/** The first day, at eight in the evening; what is known of a moment so is the same whenever a simulation is run. */
const START = Date.UTC(2026, 0, 5, 20);

/** Milliseconds since 1970 on a day of the simulation; the first is 0. */
export const onDay = (day) => START + day * DAY_MS;

/**
 * Recommenders whose workers each read a clock of their own. They are opened one after the other, for a worker takes its clock
 * from what is set when it starts.
 *
 * @param {number} count
 * @param {object} options of `Recommender.open`
 * @returns {Promise<{ recommender: object, setTime(at: number): void }[]>}
 */
export async function openInSimulatedTime(count, options) {
  const { Recommender } = await import('../../dist/node.js'); // built by now
  const workerUrl = new URL('./simulated-time-worker.mjs', import.meta.url);
  const opened = [];
  while (opened.length < count) {
    const clock = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
    const setTime = (at) => Atomics.store(clock, 0, BigInt(at));
    setTime(START);
    setEnvironmentData(CLOCK, clock.buffer);
    const recommender = await Recommender.open({
      storage: 'memory',
      threads: 1,
      workerUrl,
      ...options,
    });
    opened.push({ recommender, setTime });
  }
  return opened;
}

/**
 * Gives each of some tasks to whichever lane is free.
 *
 * @template Lane, Task, Result
 * @param {Lane[]} lanes
 * @param {Task[]} tasks
 * @param {(lane: Lane, task: Task) => Promise<Result>} work
 * @returns {Promise<Result[]>} in the order of the tasks
 */
export async function inLanes(lanes, tasks, work) {
  const results = [];
  let next = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      while (next < tasks.length) {
        const n = next++;
        results[n] = await work(lane, tasks[n]);
      }
    }),
  );
  return results;
}
