import type { Settings } from '../types.js';
import { UsageError } from './failures.js';

/**
 * Settings of `key=value` assignments: numbers and true/false become such, all else stays text. The
 * engine knows the names and checks them.
 *
 * @throws UsageError for anything that is no assignment, and for a key given twice.
 */
export function parseSettings(assignments: readonly string[], option = '--set'): Settings {
  const settings = new Map<string, number | string | boolean>();
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    const key = assignment.slice(0, Math.max(0, equals)).trim();
    const value = assignment.slice(equals + 1).trim();
    if (key === '' || value === '') {
      throw new UsageError(
        `${option} has "${assignment}"; expected key=value, such as ${option} num_factors=64.`,
      );
    }
    if (settings.has(key)) throw new UsageError(`${option} gives ${key} twice; give it once.`);
    settings.set(key, settingValue(value));
  }
  return Object.fromEntries(settings);
}

function settingValue(text: string): number | string | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}
