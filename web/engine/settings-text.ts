import { InklingError } from '../errors.js';
import type { Settings } from '../types.js';

/** `numFactors` → `num_factors`; names already in snake case stay as they are. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Settings as the core reads them: `name=value` lines. The core checks names and ranges. */
export function settingsText(settings: Settings = {}): string {
  let text = '';
  for (const [name, value] of Object.entries(settings)) {
    const type = typeof value;
    if (type !== 'number' && type !== 'string' && type !== 'boolean') {
      throw new InklingError(
        'invalid_argument',
        `setting ${name} is ${value === null ? 'null' : `of type ${type}`}; expected a number, true or false`,
      );
    }
    const written = String(value);
    if (/[\n=]/.test(name) || /\n/.test(written)) {
      throw new InklingError(
        'invalid_argument',
        `setting ${JSON.stringify(name)} has a line break or = in it`,
      );
    }
    text += `${snakeCase(name)}=${written}\n`;
  }
  return text;
}
