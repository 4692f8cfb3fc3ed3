import { type ChildProcess, spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, expressionOf, resultIn, type Tab } from './browser.js';

const DRIVER = 'WebKitWebDriver';
const MINI_BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
const START_TIMEOUT_MS = 20_000;
const SCRIPT_TIMEOUT_MS = 60_000;

/** WebKitGTK by its own WebDriver, on a display that nobody sees. */
export async function launchWebKit(): Promise<Browser> {
  const processes: ChildProcess[] = [];
  const end = () => {
    for (const child of processes.reverse()) endGroup(child);
  };
  process.once('exit', end);
  try {
    const display = await startDisplay(processes);
    const driver = await startDriver(processes, display);
    const session = await startSession(driver);
    await session('POST', 'timeouts', { script: SCRIPT_TIMEOUT_MS });
    // The driver does one thing at a time, in the tab that was chosen last.
    let turn: Promise<unknown> = Promise.resolve();
    const tabOf = (handle: unknown): Tab => {
      const inTab = <R>(work: () => Promise<R>): Promise<R> => {
        const done = turn
          .catch(() => {})
          .then(() => session('POST', 'window', { handle }))
          .then(work);
        turn = done;
        return done;
      };
      return {
        open: (url) =>
          inTab(async () => {
            await session('POST', 'url', { url: 'about:blank' });
            await session('POST', 'url', { url });
          }),
        evaluate: async (work, ...args) => {
          const script = `${expressionOf(work, args)}.then(arguments[0]);`;
          const execute = () => session('POST', 'execute/async', { script, args: [] });
          return resultIn((await inTab(execute)) as string) as never;
        },
        // The driver has no way to listen; the test page keeps its own record.
        problems: () => [],
      };
    };
    return {
      name: 'webkit',
      ...tabOf(await session('GET', 'window', undefined)),
      openTab: async () => {
        const { handle } = (await session('POST', 'window/new', { type: 'tab' })) as {
          handle: string;
        };
        return tabOf(handle);
      },
      close: async () => {
        await session('DELETE', '', undefined).catch(() => {});
        process.off('exit', end);
        end();
      },
    };
  } catch (error) {
    process.off('exit', end);
    end();
    throw error;
  }
}

/** Starts a program as the leader of its own process group, by which it and its children end. */
function start(
  processes: ChildProcess[],
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  const child = spawn(program, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  processes.push(child);
  return child;
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** A display of its own; the server picks a free number and tells it. */
async function startDisplay(processes: ChildProcess[]): Promise<string> {
  const screen = ['-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const child = start(processes, 'Xvfb', ['-displayfd', '3', ...screen]);
  const pipe = child.stdio[3] as Readable;
  let text = '';
  for await (const chunk of pipe) {
    text += chunk;
    if (text.includes('\n')) return `:${text.trim()}`;
  }
  throw new Error('Xvfb did not start; install the packages xvfb and webkit2gtk-driver');
}

async function startDriver(processes: ChildProcess[], display: string): Promise<string> {
  const port = await freePort();
  const child = start(processes, DRIVER, [`--port=${port}`, '--host=127.0.0.1'], {
    DISPLAY: display,
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
  });
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = new Error(`${DRIVER} did not start (${error.message}); install webkit2gtk-driver`);
  });
  const address = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (failure) throw failure;
    const answer = await fetch(`${address}/status`).catch(() => undefined);
    if (answer?.ok) return address;
    await sleep(50);
  }
  throw new Error(`${DRIVER} did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

type Session = (method: string, command: string, body: unknown) => Promise<unknown>;

async function startSession(driver: string): Promise<Session> {
  const alwaysMatch = {
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] },
  };
  const { sessionId } = (await command(`${driver}/session`, 'POST', {
    capabilities: { alwaysMatch },
  })) as { sessionId: string };
  return (method, name, body) =>
    command(`${driver}/session/${sessionId}${name && `/${name}`}`, method, body);
}

async function command(url: string, method: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) {
    const { error, message } = value as { error: string; message: string };
    throw new Error(`WebKit: ${error}: ${message}`);
  }
  return value;
}
