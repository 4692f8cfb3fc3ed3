import { readFileSync } from 'node:fs';
import { loadEngine } from '../engine/load-node.js';
import { Ranker } from '../engine/ranker.js';
import { EXIT, run } from './run.js';

// The entry of the command `inkling`: ties the commands to this process and the real engine.

const stop = new AbortController();

process.on('SIGINT', () => {
  // Whoever presses Ctrl-C twice does not want to wait for an orderly end.
  if (stop.signal.aborted) process.exit(EXIT.stopped);
  stop.abort();
});
process.on('SIGTERM', () => stop.abort());

// A reader such as `head` may close the pipe before all is written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed);
});

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  engine: {
    load: loadEngine,
    ranker: (engine, options) => Ranker.create(engine, options),
  },
  signal: stop.signal,
  version: packageVersion(),
});
// What a stopped command leaves running, such as the start of threads, is not waited for.
if (code === EXIT.stopped) process.exit(code);
process.exitCode = code;

function packageVersion(): string {
  // Beside dist/ in a checkout and in the published package alike.
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
