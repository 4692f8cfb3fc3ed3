import { didYouMean } from '../did-you-mean.js';
import { isGiven, RERANK_METHODS } from '../engine/reranking.js';
import type { RerankMethod, RerankOptions, RerankStep } from '../types.js';
import type { Arguments, OptionSpec } from './arguments.js';
import { UsageError } from './failures.js';

/** Those that need no moment. */
const MEASURED_METHODS = RERANK_METHODS.filter((by) => !isGiven(by));

const option = (methods: readonly RerankMethod[]): OptionSpec => ({
  name: 'rerank',
  value: 'NAME[:WEIGHT],…',
  help: `re-rank each list, such as msd,calibrate:0.2; of ${methods.join(', ')}`,
});
export const RERANK_OPTION = option(MEASURED_METHODS);
export const RERANK_NOW_OPTION = option(RERANK_METHODS);
export const DIVERSIFY_OPTION: OptionSpec = {
  name: 'diversify',
  value: 'NUMBER',
  help: 'how varied the list is to be, from 0 to 1; or a step as of --rerank, such as mmr:0.7',
};

/** @throws UsageError */
export function rerankOption(args: Arguments, now = false): RerankOptions | undefined {
  const known = now ? RERANK_METHODS : MEASURED_METHODS;
  const steps = args.list(RERANK_OPTION.name)?.map((part) => step(RERANK_OPTION.name, part, known));
  return steps && { steps };
}

/** A number, or steps. @throws UsageError */
export function diversifyOption(args: Arguments): number | RerankStep[] | undefined {
  const { name } = DIVERSIFY_OPTION;
  const text = args.text(name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== '' && number >= 0 && number <= 1) return number;
  return text.split(',').map((part) => step(name, part, RERANK_METHODS));
}

function step(option: string, part: string, known: readonly RerankMethod[]): RerankStep {
  const [name = '', weight, ...more] = part.split(':').map((word) => word.trim());
  const number = Number(weight);
  if (more.length > 0 || weight === '' || (weight !== undefined && !(number >= 0 && number <= 1))) {
    throw new UsageError(
      `--${option} has "${part}"; expected a name and a weight from 0 to 1, such as mmr:0.3.`,
    );
  }
  if (!known.includes(name as RerankMethod)) {
    throw new UsageError(
      `--${option} has "${name}"${didYouMean(name, known)}; expected one of ${known.join(', ')}.`,
    );
  }
  return { by: name as RerankMethod, ...(weight !== undefined && { weight: number }) };
}
