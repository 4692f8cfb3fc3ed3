/** @type {NodeJS.Signals[]} */
const stoppingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs work that must clean up when it is stopped (Ctrl-C, a closed terminal, a
 * CI job that is cancelled). The work is given a signal that aborts then; once
 * it has ended, the process ends the way it was asked to. A second Ctrl-C does
 * not wait.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function interruptible(work) {
  const controller = new AbortController();
  /** @type {NodeJS.Signals | null} */
  let received = null;
  /** @param {NodeJS.Signals} name */
  const stop = (name) => {
    received = name;
    forget();
    controller.abort(new Error(`stopped by ${name}`));
  };
  const forget = () => {
    for (const name of stoppingSignals) process.off(name, stop);
  };
  for (const name of stoppingSignals) process.on(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    forget();
    if (received) process.kill(process.pid, received);
  }
}
