import { didYouMean } from '../did-you-mean.js';
import { RERANK_METHODS } from '../engine/reranking.js';
import type { RerankMethod, RerankOptions } from '../types.js';
import type { Arguments, OptionSpec } from './arguments.js';
import { UsageError } from './failures.js';

export const RERANK_OPTION: OptionSpec = {
  name: 'rerank',
  value: 'NAME:WEIGHT,…',
  help: `re-rank each list, such as mmr:0.3,calibrate:0.2; of ${RERANK_METHODS.join(', ')}`,
};

/** @throws UsageError */
export function rerankOption(args: Arguments): RerankOptions | undefined {
  const steps = args.list(RERANK_OPTION.name)?.map((part) => {
    const [name = '', weight = '', ...more] = part.split(':').map((word) => word.trim());
    const number = Number(weight);
    if (weight === '' || more.length > 0 || !(number >= 0 && number <= 1)) {
      throw new UsageError(
        `--${RERANK_OPTION.name} has "${part}"; expected a name and a weight from 0 to 1, such as mmr:0.3.`,
      );
    }
    if (!RERANK_METHODS.includes(name as RerankMethod)) {
      throw new UsageError(
        `--${RERANK_OPTION.name} has "${name}"${didYouMean(name, RERANK_METHODS)}; ` +
          `expected one of ${RERANK_METHODS.join(', ')}.`,
      );
    }
    return { by: name as RerankMethod, weight: number };
  });
  return steps && { steps };
}
