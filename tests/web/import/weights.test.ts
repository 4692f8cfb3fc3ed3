import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Recommender } from '../package-under-test.js';

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const reference = fileURLToPath(new URL('sasrec_reference.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'inkling-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Debian's, which has its NumPy.
const made = spawnSync('/usr/bin/python3', [reference, folder], { encoding: 'utf8' });
const hasNumPy = !/No module named 'numpy'/.test(made.stderr ?? '') && made.error === undefined;
if (!hasNumPy) {
  console.log('not checked: weights of SASRec.pytorch against NumPy, which is not installed');
}

interface Reference {
  norm: string;
  padding: string;
  num_heads: number;
  items: number;
  cases: { history: number[]; logits: number[] }[];
}

function inkling(...args: string[]) {
  return spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8' });
}

/** The model file of a version, by the command line. */
function imported(name: string, { norm, padding, num_heads, items }: Reference): Uint8Array {
  writeFileSync(
    join(folder, 'ids.txt'),
    Array.from({ length: items }, (_, n) => `film-${n + 1}\n`).join(''),
  );
  const { status, stderr } = inkling(
    ...['import', '--weights', `${name}.safetensors`, '--item-ids', 'ids.txt'],
    ...['--norm', norm, '--padding', padding, '--num-heads', String(num_heads)],
    ...['--out', `${name}-model.safetensors`],
  );
  expect(status, stderr).toBe(0);
  return readFileSync(join(folder, `${name}-model.safetensors`));
}

describe.runIf(hasNumPy)('weights of SASRec.pytorch', () => {
  const names = ['norm-first', 'norm-last', 'norm-of-query', 'masked'];

  test('are made by NumPy', () => {
    expect(made.stderr).toBe('');
    expect(made.status).toBe(0);
    expect(
      readdirSync(folder).filter((file) => names.includes(file.split('.')[0] ?? '')),
    ).toHaveLength(8);
  });

  test.each(names)('of the version %s give the logits that NumPy works out', async (name) => {
    const told: Reference = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    const model = imported(name, told);
    for (const { history, logits } of told.cases) {
      const recommender = await Recommender.open({
        storage: 'memory',
        model: new Uint8Array(model),
      });
      const now = Date.now() - 1000;
      await recommender.record(
        history.map((item, n) => ({ item: `film-${item}`, type: 'like' as const, at: now + n })),
      );
      const list = await recommender.recommend({ k: told.items, explain: false });
      await recommender.close();
      // Scores are the logits less their mean; what is below comes from other rungs.
      const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
      const logitOf = (item: string) =>
        (logits[Number(item.slice('film-'.length)) - 1] ?? NaN) - mean;
      const above = logits.filter((logit, n) => logit > mean && !history.includes(n + 1)).length;
      const own = list.filter(({ source }) => source === 'sasrec');
      expect(own).toHaveLength(above);
      for (const { item, score } of own) {
        expect(Math.abs(score - logitOf(item))).toBeLessThanOrEqual(1e-4);
      }
    }
  });

  test('are refused where the ids or the options do not fit', () => {
    const told: Reference = JSON.parse(readFileSync(join(folder, 'masked.json'), 'utf8'));
    imported('masked', told);
    const base = ['import', '--weights', 'masked.safetensors', '--out', 'x.safetensors'];
    const layout = ['--norm', 'query', '--padding', 'zeroed'];
    const told2 = inkling(...base, '--item-ids', 'ids.txt', '--norm', 'query');
    expect(told2.status).toBe(2);
    expect(told2.stderr).toMatch(/--padding is missing.*query and zeroed until then/);
    const heads = inkling(...base, '--item-ids', 'ids.txt', ...layout, '--num-heads', '5');
    expect(heads.status).toBe(2);
    expect(heads.stderr).toMatch(/num_heads is 5, which does not divide the 24 factors/);
    writeFileSync(join(folder, 'few.txt'), 'a\nb\n');
    const ids = inkling(...base, '--item-ids', 'few.txt', ...layout);
    expect(ids.status).toBe(1);
    expect(ids.stderr).toMatch(/row 2 of the items/);
    const mixed = inkling(...base, '--item-ids', 'ids.txt', ...layout, '--alpha', '2');
    expect(mixed.status).toBe(2);
    expect(mixed.stderr).toMatch(/--alpha is about item factors alone/);
    const factors = ['import', '--item-factors', 'masked.safetensors', '--out', 'x.safetensors'];
    const alone = inkling(...factors, '--item-ids', 'ids.txt', '--norm', 'query');
    expect(alone.status).toBe(2);
    expect(alone.stderr).toMatch(/--norm is about --weights, which is not given/);
    expect(readdirSync(folder)).not.toContain('x.safetensors');
  });
});
