import { spawn } from 'node:child_process';
import { SetupError } from './setup-error.mjs';

/** How much of a failed program's output an error shows: its end, where the reason is. */
const shownLines = 25;

/**
 * Runs a program without a shell and waits until it has ended, also when it is
 * being stopped: who cleans up afterwards finds nobody writing any more.
 * @param {string} program
 * @param {string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {Record<string, string | undefined>} [options.env]
 * @param {AbortSignal} [options.signal] stops the program when it is aborted
 * @param {NodeJS.Signals} [options.stopWith] the signal that stops it
 * @param {boolean} [options.showErrors] passes the program's stderr on as it comes
 * @returns {Promise<string>} what the program printed, stdout and stderr in one
 */
export async function runCommand(program, args, options = {}) {
  const { cwd, env = process.env, signal, stopWith = 'SIGTERM', showErrors = false } = options;
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', showErrors ? 'inherit' : 'pipe'],
  });
  return waitFor(child, [program, ...args].join(' '), { signal, stopWith });
}

/**
 * `left | right`, with the same promises as runCommand.
 * @param {[string, ...string[]]} left
 * @param {[string, ...string[]]} right
 * @param {object} [options]
 * @param {AbortSignal} [options.signal]
 */
export async function runPipe(left, right, { signal } = {}) {
  signal?.throwIfAborted();
  const writer = spawn(left[0], left.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const reader = spawn(right[0], right.slice(1), { stdio: ['pipe', 'ignore', 'pipe'] });
  reader.stdin.on('error', () => {}); // a reader that ended early reports that itself
  writer.stdout.pipe(reader.stdin);
  // Without a reader the writer, and any child of its own, must not wait for one.
  reader.on('close', () => writer.stdout.destroy());
  const ends = await Promise.allSettled([
    waitFor(reader, right.join(' '), { signal, stopWith: 'SIGTERM' }),
    waitFor(writer, left.join(' '), { signal, stopWith: 'SIGTERM', collectOutput: false }),
  ]);
  if (signal?.aborted) throw signal.reason;
  const failures = ends.filter((end) => end.status === 'rejected').map((end) => end.reason.message);
  if (failures.length > 0) throw new SetupError(failures.join('\n'));
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} commandLine
 * @param {{ signal?: AbortSignal, stopWith: NodeJS.Signals, collectOutput?: boolean }} options
 * @returns {Promise<string>}
 */
function waitFor(child, commandLine, { signal, stopWith, collectOutput = true }) {
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    if (collectOutput) child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);

    const stop = () => child.kill(stopWith);
    signal?.addEventListener('abort', stop, { once: true });

    child.on('error', (error) => {
      signal?.removeEventListener('abort', stop);
      reject(new SetupError(`could not run: ${commandLine}\n  ${error.message}`));
    });
    child.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) {
        reject(signal.reason);
      } else if (code === 0) {
        resolve(output);
      } else {
        const ending = killedBy ? `was ended by ${killedBy}` : `ended with code ${code}`;
        const tail = output
          .split('\n')
          .filter((line) => line.trim())
          .slice(-shownLines);
        reject(new SetupError([`this command ${ending}:`, commandLine, ...tail].join('\n  ')));
      }
    });
  });
}
