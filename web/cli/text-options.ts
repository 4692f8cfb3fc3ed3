import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TextSettings } from '../engine/item-texts.js';
import { textSettings } from '../engine/tokenizer.js';
import { InklingError } from '../errors.js';
import { checkOptions } from '../options.js';
import type { Arguments, OptionSpec } from './arguments.js';
import { UsageError } from './failures.js';

/** How items become terms. */
export const TEXT_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'fields',
    value: 'JSON',
    help: 'attributes of the items that count, such as \'{"title":1,"director":{"kind":"tags"}}\'',
  },
  { name: 'tokenizer', value: 'FILE', help: 'a module whose tokenize(text, field) splits texts' },
];

/** @throws UsageError where --fields is wrong; InklingError `wrong_content` where the tokenizer is no such module */
export async function textOptions(args: Arguments): Promise<TextSettings> {
  const tokenizer = args.text('tokenizer');
  const fields = fieldsOption(args.text('fields'));
  return textSettings({
    ...(fields && { fields }),
    ...(tokenizer !== undefined && { tokenizer: pathToFileURL(resolve(tokenizer)).href }),
  });
}

function fieldsOption(text: string | undefined): TextSettings['fields'] {
  if (text === undefined) return undefined;
  try {
    const fields = JSON.parse(text);
    checkOptions('open', { fields });
    return fields;
  } catch (error) {
    const what = error instanceof InklingError ? error.message.replace(/^open: /, '') : 'no JSON';
    throw new UsageError(
      `--fields: ${what}; expected such as '{"title":1,"director":{"kind":"tags"}}'.`,
    );
  }
}
