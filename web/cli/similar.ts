import { type Command, printJson, printText } from './command.js';
import { ENGINE_OPTIONS, JSON_OPTION } from './data-options.js';
import { RANKER_OPTIONS, withRanker } from './model-and-items.js';
import { textTable } from './text-table.js';

export const similar: Command = {
  command: 'similar',
  summary: 'list the items most like one item',
  usage: ['similar --model-file M --item ID [--k 10]'],
  options: [
    ...RANKER_OPTIONS,
    { name: 'item', value: 'ID', help: 'the item to compare with' },
    ...ENGINE_OPTIONS,
    JSON_OPTION,
  ],

  async run(args, work) {
    const item = args.required('item');
    const k = args.integer('k', 1) ?? 10;
    await withRanker(args, work, async ({ ranker, engine, model, titleOf }) => {
      const neighbors = await ranker.similar(item, { k });
      if (args.has('json')) {
        const { variant, threads } = engine;
        printJson(work, { model: model?.name ?? null, item, similar: neighbors, variant, threads });
        return;
      }
      const rows = neighbors.map((neighbor, index) => [
        String(index + 1),
        neighbor.item,
        neighbor.score.toFixed(4),
        neighbor.source,
        titleOf(neighbor.item),
      ]);
      printText(work, textTable([['', 'item', 'similarity', 'source', 'title'], ...rows], [0, 2]));
    });
  },
};
