import Papa from 'papaparse';
import { historyOf } from '../engine/history.js';
import type { Ranker } from '../engine/ranker.js';
import { InklingError } from '../errors.js';
import { checkOptions } from '../options.js';
import { LANGUAGES, type Language, sentence } from '../sentences/index.js';
import type { Filter, InteractionEvent, Reason, RecommendOptions } from '../types.js';
import type { Arguments } from './arguments.js';
import { type Command, printJson, printText, type Workplace } from './command.js';
import { ENGINE_OPTIONS, JSON_OPTION } from './data-options.js';
import { UsageError } from './failures.js';
import { RANKER_OPTIONS, withRanker } from './model-and-items.js';
import {
  DIVERSIFY_OPTION,
  diversifyOption,
  RERANK_NOW_OPTION,
  rerankOption,
} from './rerank-option.js';
import { textTable } from './text-table.js';

const REASONS_SHOWN = 3;
const MOST_UNKNOWN = 5;

export const recommend: Command = {
  command: 'recommend',
  summary: 'rank items for someone who likes the items in --history',
  usage: [
    'recommend --model-file M --history id,id,… [--k 10] [--query TEXT] [--filter JSON] [--boost JSON] [--diversify NUMBER]',
  ],
  details:
    'Ids with commas are enclosed in double quotes: --history \'"a,b",c\'. Without\n' +
    '--history the list is that of someone new. Without --model-file, --items alone is ranked.\n' +
    'Filters are as in the package: --filter \'{"year": {"gte": 1990}, "tags": "comedy"}\',\n' +
    '--boost \'[{"filter": {"tags": "war"}, "by": -1}]\'.',
  options: [
    ...RANKER_OPTIONS,
    {
      name: 'history',
      value: 'IDS',
      multiple: true,
      help: 'items the person likes, oldest first, with commas between',
    },
    { name: 'query', value: 'TEXT', help: 'words to look for in titles, texts and tags' },
    { name: 'filter', value: 'JSON', help: 'only items with such attributes' },
    { name: 'boost', value: 'JSON', help: 'items that come further up, or down: an array' },
    RERANK_NOW_OPTION,
    DIVERSIFY_OPTION,
    {
      name: 'topics',
      value: 'FIELD',
      help: 'the field of the items that tells what they are about (default tags)',
    },
    {
      name: 'explain',
      value: 'LANGUAGE',
      help: `why, in sentences: ${Object.keys(LANGUAGES).join(', ')}`,
    },
    ...ENGINE_OPTIONS,
    JSON_OPTION,
  ],

  async run(args, work) {
    const k = args.integer('k', 1) ?? 10;
    const query = args.text('query');
    const language = args.choice('explain', Object.keys(LANGUAGES) as Language[]);
    const rules = { ...rulesOf(args), ...rerankingOf(args) };
    // All at one time: then no event counts for less than another because of its age.
    const at = Date.now();
    const events: InteractionEvent[] = args
      .all('history')
      .flatMap(idList)
      .map((item) => ({ item, type: 'like', at }));
    await withRanker(args, work, async ({ ranker, engine, model, titleOf }) => {
      reportUnknown(events, ranker, work);
      const recommendations = await ranker.recommend(historyOf(events).items(), {
        k,
        ...(query !== undefined && { query }),
        ...rules,
        signal: work.signal,
      });
      const inWords = (n: number) =>
        language &&
        sentence(recommendations[n] as (typeof recommendations)[0], { titleOf, language });
      if (args.has('json')) {
        printJson(work, {
          model: model?.name ?? null,
          history: events.map(({ item }) => item),
          ...(query !== undefined && { query }),
          recommendations: language
            ? recommendations.map((entry, n) => ({ ...entry, sentence: inWords(n) }))
            : recommendations,
          variant: engine.variant,
          threads: engine.threads,
        });
        return;
      }
      const rows = recommendations.map(({ item, score, source, reasons }, index) => [
        String(index + 1),
        item,
        score.toFixed(4),
        source,
        titleOf(item),
        inWords(index) ?? becauseOf(reasons, titleOf),
      ]);
      printText(
        work,
        textTable([['', 'item', 'score', 'source', 'title', 'because of'], ...rows], [0, 2]),
      );
    });
  },
};

/** @throws UsageError */
function rerankingOf(args: Arguments): Pick<RecommendOptions, 'rerank' | 'diversify' | 'topics'> {
  const topics = args.text('topics');
  const diversify = diversifyOption(args);
  const given = rerankOption(args, true)?.steps ?? [];
  const steps = Array.isArray(diversify) ? [...given, ...diversify] : given;
  return {
    ...(steps.length > 0 && { rerank: { steps } }),
    ...(typeof diversify === 'number' && { diversify }),
    ...(topics !== undefined && { topics }),
  };
}

/** @throws UsageError where it is no JSON; InklingError `invalid_argument` where it is no such rule */
function rulesOf(args: Arguments): Pick<RecommendOptions, 'filter' | 'boost'> {
  const parsed = (name: string): unknown => {
    const text = args.text(name);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new UsageError(
        `--${name} is ${text}, which is no JSON (${(error as Error).message}); put it in single quotes.`,
      );
    }
  };
  const [filter, boost] = [parsed('filter'), parsed('boost')];
  const rules = {
    ...(filter !== undefined && { filter: filter as Filter }),
    ...(boost !== undefined && { boost: [boost].flat() as RecommendOptions['boost'] & object }),
  };
  checkOptions('recommend', rules);
  return rules;
}

/**
 * Says which items of the history count for nothing.
 *
 * @throws InklingError `unknown_item` when that is all of them
 */
function reportUnknown(events: readonly InteractionEvent[], ranker: Ranker, work: Workplace): void {
  const unknown = events.map(({ item }) => item).filter((item) => !ranker.knows(item));
  if (unknown.length === 0) return;
  const named = unknown.slice(0, MOST_UNKNOWN).map((item) => JSON.stringify(item));
  const more = unknown.length > named.length ? ' …' : '';
  const words = `${unknown.length} of ${events.length} items of --history are not known: ${named.join(', ')}${more}`;
  if (unknown.length === events.length) {
    throw new InklingError('unknown_item', `${words}. Give ids of the model or of --items.`);
  }
  work.stderr.write(`${words}; they count for nothing.\n`);
}

/** Ids with commas between, each enclosed in double quotes if need be. */
function idList(text: string): string[] {
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: ',', newline: '\n' });
  const ids = data.length <= 1 && errors.length === 0 ? (data[0] ?? []) : [''];
  if (text === '' || !ids.includes('')) return text === '' ? [] : ids;
  throw new UsageError(
    `--history is ${JSON.stringify(text)}; expected ids with commas between and none empty, ` +
      'such as 12,40 (an id with a comma in double quotes).',
  );
}

function becauseOf(reasons: readonly Reason[], titleOf: (id: string) => string): string {
  return reasons
    .slice(0, REASONS_SHOWN)
    .map(({ kind, item, term }) => {
      if (kind === 'event' && item !== undefined) return titleOf(item) || item;
      return term === undefined ? kind : JSON.stringify(term);
    })
    .join(', ');
}
