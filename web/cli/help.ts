import { HELP_OPTION, type OptionSpec } from './arguments.js';
import type { Command } from './command.js';
import { textTable } from './text-table.js';

/** The help text of one command. */
export function commandHelp(command: Command): string {
  const usage = command.usage.map((line) => `  inkling ${line}\n`).join('');
  const details = command.details === undefined ? '' : `\n${command.details}\n`;
  const options = [...command.options, HELP_OPTION].map((option) => [
    `  ${optionForm(option)}`,
    option.help,
  ]);
  return `${sentence(command.summary)}\n\n${usage}${details}\nOptions:\n${textTable(options)}`;
}

/** The list of commands. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ command, summary }) => [`  ${command}`, summary]);
  return (
    'inkling: a recommender for the browser, on the command line.\n\n' +
    `Commands:\n${textTable(rows)}\n` +
    'inkling COMMAND --help tells more about one of them; inkling --version tells the version.\n'
  );
}

function optionForm({ name, value }: OptionSpec): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
