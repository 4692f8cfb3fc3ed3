import { type Command, printJson, printText } from './command.js';
import { JSON_OPTION } from './data-options.js';
import { textTable } from './text-table.js';

export const inspect: Command = {
  command: 'inspect',
  summary: 'show what is in a model file',
  usage: ['inspect M'],
  positionals: ['The model file'],
  options: [JSON_OPTION],

  async run(args, work) {
    const path = args.positionals[0] as string;
    const bytes = await work.files.modelFile(path);
    const engine = await work.engine.load({ threads: 1 });
    try {
      const model = engine.openModel(bytes);
      try {
        const content = engine.describeModelFile(bytes);
        const perItem = content.bytes / content.items;
        if (args.has('json')) {
          printJson(work, { ...content, bytes_per_item: perItem });
          return;
        }
        const config = Object.entries(content.config).map(([key, value]) => [
          `  ${key}`,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]);
        const tensors = content.tensors.map(({ name, dtype, shape, bytes: size }) => [
          `  ${name}`,
          dtype,
          shape.join(' x '),
          String(size),
        ]);
        printText(
          work,
          textTable([
            ['model', content.model],
            ['format version', String(content.format_version)],
            ['items', String(content.items)],
            ['bytes', `${content.bytes} (${perItem.toFixed(1)} an item)`],
            ['checksum', content.checksum],
            ['config'],
            ...config,
          ]) + textTable([['tensors', 'type', 'shape', 'bytes'], ...tensors], [3]),
        );
      } finally {
        model.dispose();
      }
    } finally {
      engine.dispose();
    }
  },
};
