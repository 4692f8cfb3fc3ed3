import { BEGIN_MARK, END_MARK } from '../programs/marks.mjs';

/**
 * Seconds of the longest task that the page's main thread ran between the two marks.
 * @param {readonly { name: string, ph: string, pid: number, tid: number, ts: number, dur?: number }[]} events a trace
 *   of Chromium, times in microseconds
 */
export function longestTask(events) {
  const begin = events.find(({ name }) => name === BEGIN_MARK);
  const end = events.find(({ name }) => name === END_MARK);
  if (!begin || !end) throw new Error('the trace has no marks of the program');
  const tasks = events.filter(
    ({ name, ph, pid, tid, ts }) =>
      name.endsWith('RunTask') &&
      ph === 'X' &&
      pid === begin.pid &&
      tid === begin.tid &&
      ts >= begin.ts &&
      ts <= end.ts,
  );
  if (tasks.length === 0) throw new Error('the trace has no tasks of the page');
  return Math.max(...tasks.map(({ dur = 0 }) => dur)) / 1e6;
}
