import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const END_TIMEOUT_MS = 10_000;
const MOST_TEXT = 200_000;

/** A program with all the processes it starts, which end together. */
export class ProcessGroup {
  /** What it wrote to its standard error: the end of it, should it be long. */
  said = '';
  /** Set when it ended by itself. */
  ended: string | undefined;
  private readonly endNow = () => this.kill();

  private constructor(private readonly child: ChildProcess) {
    child.stderr?.on('data', (text: Buffer) => {
      this.said = (this.said + text).slice(-MOST_TEXT);
    });
    child.once('error', ({ message }) => {
      this.ended = message;
    });
    child.once('exit', (code, signal) => {
      this.ended ??= `exit ${code ?? signal}`;
    });
    process.once('exit', this.endNow);
  }

  /** Starts a program as the leader of a session of its own, by which all its processes are found. */
  static start(program: string, args: string[], env: NodeJS.ProcessEnv = {}): ProcessGroup {
    return new ProcessGroup(
      spawn(program, args, {
        detached: true,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
  }

  /** Kills all processes at once, without a word of warning, and waits until none is there. */
  async end(): Promise<void> {
    process.off('exit', this.endNow);
    const { pid } = this.child;
    if (pid === undefined) return;
    const deadline = Date.now() + END_TIMEOUT_MS;
    for (;;) {
      this.kill();
      const left = await processesOfSession(pid);
      if (left.length === 0) return;
      if (Date.now() > deadline) {
        throw new Error(
          `the processes ${left.join(', ')} are still there ${END_TIMEOUT_MS / 1000} s after SIGKILL`,
        );
      }
      // One that has left the group, but not the session.
      for (const each of left) signal(each);
      await sleep(10);
    }
  }

  private kill(): void {
    if (this.child.pid !== undefined) signal(-this.child.pid);
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Those that still run: one that only waits for its parent to notice its end holds nothing any more. */
async function processesOfSession(session: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // After the name, which may have any characters: state, parent, group, session.
      const [state, , , sid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(sid) === session && state !== 'Z' && state !== 'X' ? Number(pid) : null;
    }),
  );
  return found.filter((pid) => pid !== null);
}
