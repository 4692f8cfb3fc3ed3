import Papa from 'papaparse';
import { InklingError } from '../errors.js';
import type { Trial } from '../selection/search.js';
import { MODEL_NAMES, type ModelName, type Settings } from '../types.js';
import { parseSettings } from './settings.js';

/** What makes trials comparable: the same data, divided and measured alike. */
export interface SearchIdentity {
  /** Of the training rows. */
  data: string;
  metric: string;
  validation: string;
  seed: number;
}

const COLUMNS = [
  'trial',
  'bracket',
  'fidelity',
  'model',
  'settings',
  'metric',
  'value',
  'seconds',
  'failure',
  'validation',
  'seed',
  'data',
] as const;

export const TABLE_HEADER = `${COLUMNS.join(',')}\n`;

/** A trial as a row of the table. */
export function tableRow(trial: Trial, identity: SearchIdentity): string {
  const row: Record<(typeof COLUMNS)[number], unknown> = {
    trial: trial.trial,
    bracket: trial.bracket,
    fidelity: trial.fidelity,
    model: trial.model,
    settings: settingsCell(trial.settings),
    metric: identity.metric,
    value: trial.value ?? '',
    seconds: trial.seconds.toFixed(2),
    failure: trial.failure,
    validation: identity.validation,
    seed: identity.seed,
    data: identity.data,
  };
  return `${Papa.unparse([COLUMNS.map((name) => row[name])])}\n`;
}

/**
 * Reads a table that an earlier run left, which may end in the middle of a row.
 *
 * @throws InklingError `invalid_argument` when it is no such table, or of another search
 */
export function readTable(text: string, identity: SearchIdentity): Trial[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (TABLE_HEADER.startsWith(text)) return []; // nothing yet, or a header that was cut off
  if (!whole.startsWith(TABLE_HEADER)) {
    throw new InklingError(
      'invalid_argument',
      `this is not a table of trials: its first line is not ${TABLE_HEADER.trim()}; give another name`,
    );
  }
  const { data } = Papa.parse<Record<string, string>>(whole, {
    header: true,
    skipEmptyLines: true,
  });
  return data.map((row, n) => {
    for (const name of ['data', 'metric', 'validation', 'seed'] as const) {
      if (row[name] === String(identity[name])) continue;
      throw new InklingError(
        'invalid_argument',
        `row ${n + 1} of the table of trials is of another search: its ${name} is ${row[name]}, ` +
          `here it is ${identity[name]}; give another name to begin a new table`,
      );
    }
    return trialOf(row, n);
  });
}

function trialOf(row: Record<string, string>, n: number): Trial {
  const number = (name: string) => Number(row[name]);
  const model = MODEL_NAMES.find((known) => known === row.model) as ModelName | undefined;
  if (!model || !Number.isFinite(number('trial')) || !Number.isFinite(number('fidelity'))) {
    throw new InklingError(
      'invalid_argument',
      `row ${n + 1} of the table of trials is damaged; remove the file to begin a new table`,
    );
  }
  return {
    trial: number('trial'),
    bracket: number('bracket'),
    fidelity: number('fidelity'),
    model,
    settings: settingsOf(row.settings ?? ''),
    value: row.value === '' ? null : number('value'),
    seconds: number('seconds'),
    failure: row.failure ?? '',
  };
}

/** `name=value` pairs with spaces between, as `--set` takes them. */
export function settingsCell(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function settingsOf(cell: string): Settings {
  return parseSettings(cell.split(' ').filter(Boolean), 'settings');
}
