import { type ParseArgsConfig, parseArgs } from 'node:util';
import { didYouMean } from '../did-you-mean.js';
import { UsageError } from './failures.js';

/** One option of a command. */
export interface OptionSpec {
  /** Without the dashes. */
  name: string;
  /** What the value is called in the help text; an option without one is a switch. */
  value?: string;
  /** May be given several times. */
  multiple?: boolean;
  help: string;
}

/** The arguments a command takes. */
export interface ArgumentSpec {
  command: string;
  /** Names of the arguments that are no options; all are required. */
  positionals?: readonly string[];
  options: readonly OptionSpec[];
}

export const HELP_OPTION: OptionSpec = { name: 'help', help: 'show this text' };

/**
 * Parses the arguments after the command's name.
 *
 * @throws UsageError for unknown options, missing values, and options given twice.
 */
export function parseArguments(spec: ArgumentSpec, argv: readonly string[]): Arguments {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const { name, value, multiple } of [...spec.options, HELP_OPTION]) {
    options[name] = {
      type: value === undefined ? 'boolean' : 'string',
      multiple: multiple === true,
    };
  }
  options.help = { type: 'boolean', short: 'h' };
  const args = gatherAssignments(argv);
  refuseUnknown(spec, args, options);
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true, tokens: true });
  } catch (error) {
    const message =
      error instanceof Error ? (error.message.split('\n')[0] as string) : String(error);
    throw new UsageError(`${message.replace(/\.?$/, '')}; see inkling ${spec.command} --help.`);
  }
  const values = new Map(Object.entries(parsed.values)) as Map<string, Value>;
  if (!values.has('help')) {
    refuseRepeated(spec, parsed.tokens ?? []);
    checkPositionals(spec, parsed.positionals);
  }
  return new Arguments(spec.command, values, parsed.positionals);
}

type Value = string | boolean | string[];

/** The parsed arguments of one command, read by type. */
export class Arguments {
  constructor(
    private readonly command: string,
    private readonly values: ReadonlyMap<string, Value>,
    readonly positionals: readonly string[],
  ) {}

  has(name: string): boolean {
    return this.values.has(name);
  }

  text(name: string): string | undefined {
    return this.values.get(name) as string | undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    throw new UsageError(`--${name} is missing; see inkling ${this.command} --help.`);
  }

  /** Every value of an option that may be given several times. */
  all(name: string): string[] {
    return (this.values.get(name) as string[] | undefined) ?? [];
  }

  /** Values divided at commas; undefined when the option is not given. */
  list(name: string): string[] | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const parts = value.split(',').map((part) => part.trim());
    if (!parts.includes('')) return parts;
    throw new UsageError(
      `--${name} is "${value}", with an empty part; expected names with commas between.`,
    );
  }

  integer(name: string, least: number): number | undefined {
    const number = this.number(name);
    if (number === undefined || (Number.isSafeInteger(number) && number >= least)) return number;
    throw new UsageError(
      `--${name} is ${this.text(name)}; expected a whole number of at least ${least}.`,
    );
  }

  number(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (value.trim() !== '' && Number.isFinite(number)) return number;
    throw new UsageError(`--${name} is "${value}"; expected a number.`);
  }

  choice<T extends string>(name: string, known: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined || known.includes(value as T)) return value as T | undefined;
    throw new UsageError(
      `--${name} is "${value}"${didYouMean(value, known)}; expected one of ${known.join(', ')}.`,
    );
  }
}

const ASSIGNING = /^--(?:[a-z]+-)?set$/;

/** `--set a=1 b=2` means `--set a=1 --set b=2`; so do options whose names end in `-set`. */
function gatherAssignments(argv: readonly string[]): string[] {
  const args: string[] = [];
  let assigning: string | undefined; // the option whose values may follow
  for (const [index, argument] of argv.entries()) {
    const before = argv[index - 1] ?? '';
    const first = ASSIGNING.test(before);
    const further = assigning !== undefined && !first && /^[A-Za-z][\w-]*=/.test(argument);
    if (further) args.push(assigning as string);
    else {
      const name = argument.split('=', 1)[0] as string;
      assigning = first ? before : argument !== name && ASSIGNING.test(name) ? name : undefined;
    }
    args.push(argument);
  }
  return args;
}

function refuseUnknown(
  spec: ArgumentSpec,
  args: string[],
  options: NonNullable<ParseArgsConfig['options']>,
): void {
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const known = Object.keys(options);
  for (const token of tokens) {
    if (token.kind !== 'option' || known.includes(token.name)) continue;
    throw new UsageError(
      `${token.rawName} is not an option of inkling ${spec.command}` +
        `${didYouMean(token.name, known, '--')}; see inkling ${spec.command} --help.`,
    );
  }
}

function refuseRepeated(
  spec: ArgumentSpec,
  tokens: readonly { kind: string; name?: string }[],
): void {
  const seen = new Set<string>();
  for (const { kind, name } of tokens) {
    if (kind !== 'option' || name === undefined) continue;
    const multiple = spec.options.some((option) => option.name === name && option.multiple);
    if (seen.has(name) && !multiple) {
      throw new UsageError(`--${name} is given twice; give it once.`);
    }
    seen.add(name);
  }
}

function checkPositionals(spec: ArgumentSpec, given: readonly string[]): void {
  const wanted = spec.positionals ?? [];
  const extra = given[wanted.length];
  if (extra !== undefined) {
    throw new UsageError(
      `"${extra}" is more than inkling ${spec.command} takes; ` +
        `options start with --, see inkling ${spec.command} --help.`,
    );
  }
  const missing = wanted[given.length];
  if (missing !== undefined) {
    throw new UsageError(`${missing} is missing; see inkling ${spec.command} --help.`);
  }
}
