import type { ArgumentSpec, Arguments } from './arguments.js';
import type { Context } from './context.js';
import type { InputFiles } from './input-files.js';
import type { ProgressReporter } from './progress.js';

/** One command: `inkling <name> …`. */
export interface Command extends ArgumentSpec {
  /** One line for the list of commands. */
  summary: string;
  /** How it is called, without `inkling`. */
  usage: readonly string[];
  /** What else to know, for its own help text. */
  details?: string;
  run(args: Arguments, work: Workplace): Promise<void>;
}

/** What a running command has at hand. */
export interface Workplace extends Context {
  progress: ProgressReporter;
  files: InputFiles;
}

/** Prints a result as one JSON object on a line of its own. */
export function printJson(work: Workplace, result: unknown): void {
  work.progress.end();
  work.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Prints a result for people. */
export function printText(work: Workplace, text: string): void {
  work.progress.end();
  work.stdout.write(text);
}
