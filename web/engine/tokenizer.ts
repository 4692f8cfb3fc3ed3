import { InklingError } from '../errors.js';
import type { TextSettings, Tokenize } from './item-texts.js';

/**
 * Settings with the tokenizer itself, imported from its address.
 *
 * @throws InklingError `wrong_content` where there is no such module
 */
export async function textSettings({
  tokenizer,
  ...settings
}: Omit<TextSettings, 'tokenize'> & {
  tokenizer?: string | undefined;
} = {}): Promise<TextSettings> {
  if (tokenizer === undefined) return settings;
  const failed = (what: string, cause?: unknown) =>
    new InklingError(
      'wrong_content',
      `the tokenizer ${tokenizer} ${what}; expected a module that exports tokenize(text, field)`,
      { cause },
    );
  const { tokenize } = await (import(tokenizer) as Promise<{ tokenize?: Tokenize }>).catch(
    (error: unknown) => {
      throw failed(`could not be imported (${String(error)})`, error);
    },
  );
  if (typeof tokenize !== 'function') throw failed('has no function tokenize');
  return { ...settings, tokenize };
}
