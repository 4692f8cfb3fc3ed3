import { didYouMean } from '../did-you-mean.js';
import { InklingError } from '../errors.js';
import { parseArguments } from './arguments.js';
import type { Command } from './command.js';
import type { Context } from './context.js';
import { evaluate } from './evaluate.js';
import { CommandError, StoppedError, UsageError } from './failures.js';
import { commandHelp, overview } from './help.js';
import { importCommand } from './import.js';
import { InputFiles } from './input-files.js';
import { inspect } from './inspect.js';
import { ProgressReporter } from './progress.js';
import { recommend } from './recommend.js';
import { similar } from './similar.js';
import { train } from './train.js';
import { tune } from './tune.js';

const COMMANDS: readonly Command[] = [
  train,
  evaluate,
  tune,
  recommend,
  similar,
  inspect,
  importCommand,
];

export const EXIT = { done: 0, failed: 1, wrongUsage: 2, stopped: 130 } as const;

/** Runs one command line and returns its exit code; errors are told on stderr, never thrown. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  const progress = new ProgressReporter(context.stderr);
  try {
    return await dispatch(argv, context, progress);
  } catch (error) {
    progress.end();
    const { message, code } = verdict(error, context.signal, argv[0] === 'tune');
    context.stderr.write(`error: ${message}\n`);
    return code;
  } finally {
    progress.end();
  }
}

async function dispatch(
  argv: readonly string[],
  context: Context,
  progress: ProgressReporter,
): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    context.stderr.write(overview(COMMANDS));
    return EXIT.wrongUsage;
  }
  if (first === '--version') {
    context.stdout.write(`${context.version}\n`);
    return EXIT.done;
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    const topic = rest[0];
    context.stdout.write(topic === undefined ? overview(COMMANDS) : commandHelp(find(topic)));
    return EXIT.done;
  }
  const command = find(first);
  const args = parseArguments(command, rest);
  if (args.has('help')) {
    context.stdout.write(commandHelp(command));
    return EXIT.done;
  }
  const files = new InputFiles(args, progress, context.signal);
  await command.run(args, { ...context, progress, files });
  return EXIT.done;
}

function find(name: string): Command {
  const found = COMMANDS.find(({ command }) => command === name);
  if (found !== undefined) return found;
  const names = COMMANDS.map(({ command }) => command);
  throw new UsageError(
    `"${name}" is not a command${didYouMean(name, names)}; expected one of ${names.join(', ')}.`,
  );
}

function verdict(
  error: unknown,
  signal: AbortSignal,
  keepsTable: boolean,
): { message: string; code: number } {
  const stoppedText = keepsTable
    ? 'stopped; the table of trials holds what was tried, and the same command goes on from it.'
    : 'stopped; nothing was written.';
  if (signal.aborted) {
    const message = error instanceof StoppedError ? error.message : stoppedText;
    return { message, code: EXIT.stopped };
  }
  if (error instanceof UsageError) return { message: error.message, code: EXIT.wrongUsage };
  if (error instanceof CommandError) return { message: error.message, code: EXIT.failed };
  if (error instanceof InklingError) {
    const code = error.code === 'invalid_argument' ? EXIT.wrongUsage : EXIT.failed;
    return { message: error.message, code };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `this is a fault of inkling, please report it: ${message}`, code: EXIT.failed };
}
