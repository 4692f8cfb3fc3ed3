import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { clusteredInteractions } from '../clustered-data.js';

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'inkling-tune-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const rows = clusteredInteractions({
  users: 150,
  items: 60,
  clusters: 6,
  perUser: 8,
  noise: 0.05,
  seed: 3,
});
writeFileSync(
  at('rows.csv'),
  `user,item,value,timestamp\n${rows.map((r) => `${r.user},${r.item},${r.value},${r.timestamp}`).join('\n')}\n`,
);

function inkling(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const lines = (name: string) => readFileSync(at(name), 'utf8').trimEnd().split('\n');

test('tune writes every trial to its table and prints a command that trains the best', () => {
  const command = [
    'tune',
    '--interactions',
    'rows.csv',
    '--model',
    'item_graph',
    '--max-trials',
    '9',
  ];
  const { status, stdout, stderr } = inkling(...command, '--trials', 'a.csv');
  expect(stderr).not.toMatch(/error/);
  expect(status).toBe(0);
  expect(lines('a.csv')).toHaveLength(10);
  const printed = stdout.trimEnd().split('\n').at(-1) as string;
  expect(printed).toMatch(
    /^inkling train --interactions rows.csv --model item_graph .*--seed 1 --out model.safetensors$/,
  );
  expect(inkling(...printed.split(' ').slice(1)).status).toBe(0);
});

test('tune goes on from the table of an earlier run, and comes to the same as one that was not interrupted', () => {
  const run = (trials: string, most: number) => {
    const { status, stdout } = inkling(
      'tune',
      '--interactions',
      'rows.csv',
      '--model',
      'auto',
      '--metric',
      'recall@10',
      '--max-trials',
      String(most),
      '--trials',
      trials,
      '--json',
    );
    expect(status).toBe(0);
    return JSON.parse(stdout);
  };
  const whole = run('whole.csv', 24);
  run('parts.csv', 7);
  expect(lines('parts.csv')).toHaveLength(8);
  const { command, ...resumed } = run('parts.csv', 24);
  expect(command).toBe(whole.command);
  expect(resumed).toMatchObject({
    model: whole.model,
    settings: whole.settings,
    value: whole.value,
    trials: 24,
  });
  expect(lines('parts.csv')).toHaveLength(25);
  expect(whole.value).toBeGreaterThan(0.3);
});

test('a table of other data is not touched', () => {
  writeFileSync(at('few.csv'), 'user,item\n1,2\n1,3\n2,3\n2,2\n3,2\n3,4\n');
  const before = readFileSync(at('a.csv'), 'utf8');
  const { status, stderr } = inkling(
    'tune',
    '--interactions',
    'few.csv',
    '--model',
    'ease',
    '--trials',
    'a.csv',
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: a.csv: .*another search: its data is/m);
  expect(readFileSync(at('a.csv'), 'utf8')).toBe(before);
});

test.each([
  [['--model', 'ials', '--budget', '0'], /--budget is 0; expected seconds/],
  [['--model', 'banana'], /--model is "banana".*expected one of auto/],
  [[], /--model is missing/],
  [['--model', 'popularity'], /expected one of auto/],
  [['--model', 'ials', '--metric', 'taste@3', '--trials', 'b.csv'], /unknown metric "taste@3"/],
  [['--model', 'ials', '--metric', 'gini@10'], /does not say how good a list is/],
  [['--model', 'ials', '--validation', 'never'], /--validation is "never"/],
])('tune %j is wrong usage', (args, message) => {
  const { status, stderr } = inkling('tune', '--interactions', 'rows.csv', ...args);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

test('evaluate and train take auto: it chooses on training data and says what', () => {
  const { status, stdout } = inkling(
    'evaluate',
    '--interactions',
    'rows.csv',
    '--model',
    'auto',
    '--metrics',
    'coverage@5,recall@10',
    '--budget',
    '5',
    '--json',
  );
  expect(status).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.model).toBe('auto');
  expect(result.chosen.model).toMatch(/^[a-z_]+$/);
  expect(result.metrics['recall@10']).toBeGreaterThan(0.3);
  const trained = inkling(
    'train',
    '--interactions',
    'rows.csv',
    '--model',
    'auto',
    '--budget',
    '2',
    '--out',
    'auto.safetensors',
    '--json',
  );
  expect(trained.status).toBe(0);
  expect(JSON.parse(trained.stdout).model).not.toBe('auto');
  expect(inkling('inspect', 'auto.safetensors', '--json').status).toBe(0);
});

test('an ensemble trains, is written, and gives reasons from its file', () => {
  expect(
    inkling(
      'train',
      '--interactions',
      'rows.csv',
      '--model',
      'ensemble',
      '--set',
      'num_factors=8',
      '--out',
      'e.safetensors',
    ).status,
  ).toBe(0);
  const history = rows.filter((row) => row.user === rows[0]?.user).map((row) => row.item);
  const { stdout, status } = inkling(
    'recommend',
    '--model-file',
    'e.safetensors',
    '--history',
    [...new Set(history)].join(','),
    '--json',
  );
  expect(status).toBe(0);
  const [first] = JSON.parse(stdout).recommendations;
  expect(first.source).toBe('ensemble');
  const sum = first.reasons.reduce(
    (total: number, reason: { contribution: number }) => total + reason.contribution,
    0,
  );
  expect(sum).toBeCloseTo(first.score, 3);
});

test('tune writes no table when nothing could be tried, and touches no file of another kind', () => {
  writeFileSync(at('one.csv'), 'user,item\n1,2\n');
  const refused = inkling(
    'tune',
    '--interactions',
    'one.csv',
    '--model',
    'ease',
    '--trials',
    'x.csv',
  );
  expect(refused.status).toBe(1);
  expect(existsSync(at('x.csv'))).toBe(false);
  writeFileSync(at('notes.txt'), 'notes of mine, one line');
  const command = ['tune', '--interactions', 'rows.csv', '--model', 'ease'];
  expect(inkling(...command, '--trials', 'notes.txt').stderr).toMatch(/not a table of trials/);
  expect(readFileSync(at('notes.txt'), 'utf8')).toBe('notes of mine, one line');
});

test('auto works on every split, and with settings that only some models have', () => {
  for (const split of ['leave-one-out', 'random', 'temporal', 'users']) {
    const { status, stderr } = inkling(
      ...['evaluate', '--interactions', 'rows.csv', '--model', 'auto', '--split', split],
      ...['--metrics', 'ndcg@10', '--budget', '1', '--set', 'history_half_life=4', '--json'],
    );
    expect(stderr).not.toMatch(/error/);
    expect(status).toBe(0);
  }
});

test('a file that holds histories of people is announced as one', () => {
  const train = (model: string) =>
    inkling('train', '--interactions', 'rows.csv', '--model', model, '--out', 'n.safetensors');
  expect(train('user_neighbors').stderr).toMatch(/holds the items of every training user/);
  expect(train('item_neighbors').stderr).not.toMatch(/holds the items/);
});
