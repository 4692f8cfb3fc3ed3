// `npm run fuzz`: gives every reader of outside bytes a million inputs. `-- --reader NAME`, `--runs N`, `--seed N`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildPreset } from '../../wasm/toolchain/build.mjs';
import { ensure } from '../../wasm/toolchain/setup.mjs';
import { JAVASCRIPT_READERS, NATIVE_READERS } from './readers.mjs';
import { HEAD, report, row, rowsOf } from './report.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const corpus = join(here, 'corpus');
const output = join(root, 'build', 'fuzz');
const findings = join(output, 'findings');

const USUAL_RUNS = 1_000_000;
const LONGEST_INPUT = 4096;
const SECONDS_AN_INPUT = 10;
const MOST_MEGABYTES = 2048;
const MOST_MEGABYTES_AT_ONCE = 1024;

/** @typedef {{ reader: string, executions: number, seconds: number, peak: number, finding?: string }} Outcome */

/** @returns {Outcome} */
function fuzzNative(reader, { runs, seed }) {
  const grown = join(output, 'corpus', reader); // what the fuzzer adds stays out of the kept files
  rmSync(grown, { recursive: true, force: true });
  mkdirSync(grown, { recursive: true });
  const start = performance.now();
  const result = spawnSync(
    join(root, 'build', 'native-fuzz', 'tests', 'fuzz', `${reader}_fuzz`),
    [
      ...[`-runs=${runs}`, `-seed=${seed}`, `-max_len=${LONGEST_INPUT}`],
      ...[`-timeout=${SECONDS_AN_INPUT}`, `-rss_limit_mb=${MOST_MEGABYTES}`],
      ...[`-malloc_limit_mb=${MOST_MEGABYTES_AT_ONCE}`, '-print_final_stats=1', '-verbosity=0'],
      ...[`-artifact_prefix=${join(findings, `${reader}-`)}`, grown, join(corpus, reader)],
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const seconds = (performance.now() - start) / 1000;
  const text = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  const stat = (name) => Number(new RegExp(`stat::${name}:\\s*(\\d+)`).exec(text)?.[1] ?? 0);
  const outcome = {
    reader,
    executions: stat('number_of_executed_units'),
    seconds,
    peak: stat('peak_rss_mb') * 2 ** 20,
  };
  if (result.status === 0 && outcome.executions >= runs) return outcome;
  process.stdout.write(text);
  return { ...outcome, finding: /written to (\S+)/.exec(text)?.[1] ?? 'see above' };
}

/** @returns {Outcome} */
function fuzzJavaScript(reader, { runs, seed }) {
  const args = [join(output, 'fuzz.mjs'), reader, runs, seed, corpus, findings].map(String);
  const result = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  try {
    const { failure, ...outcome } = JSON.parse(result.stdout.trim().split('\n').at(-1));
    if (failure !== undefined) console.log(failure);
    return { reader, ...outcome };
  } catch {
    process.stdout.write(`${result.stdout}${result.stderr}`);
    return { reader, executions: 0, seconds: 0, peak: 0, finding: 'see above' };
  }
}

async function bundleJavaScript() {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(here, 'javascript', 'fuzz.ts')],
    outfile: join(output, 'fuzz.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
}

function readArguments() {
  const known = [...NATIVE_READERS, ...JAVASCRIPT_READERS];
  const { values } = parseArgs({
    options: {
      reader: { type: 'string', multiple: true },
      runs: { type: 'string', default: String(USUAL_RUNS) },
      seed: { type: 'string', default: '1' },
    },
  });
  const unknown = values.reader?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no reader "${unknown}"; there are ${known.join(', ')}`);
  }
  const whole = (name, least) => {
    const number = Number(values[name]);
    if (Number.isSafeInteger(number) && number >= least) return number;
    throw new Error(`--${name} is "${values[name]}"; expected a whole number of at least ${least}`);
  };
  const wanted = known.filter((name) => values.reader?.includes(name) ?? true);
  return {
    wanted,
    all: wanted.length === known.length,
    runs: whole('runs', 1),
    seed: whole('seed', 1),
  };
}

async function main() {
  const { wanted, runs, seed } = readArguments();
  await ensure({ for: 'test' });
  mkdirSync(findings, { recursive: true });
  const native = wanted.filter((name) => NATIVE_READERS.includes(name));
  if (native.length > 0)
    buildPreset('native-fuzz', { targets: native.map((name) => `${name}_fuzz`) });
  if (native.length < wanted.length) await bundleJavaScript();
  const outcomes = [];
  console.log(HEAD);
  for (const name of wanted) {
    const fuzz = native.includes(name) ? fuzzNative : fuzzJavaScript;
    outcomes.push(fuzz(name, { runs, seed }));
    console.log(row(outcomes.at(-1)));
  }
  const path = join(here, 'RESULTS.md');
  const kept = existsSync(path) ? rowsOf(readFileSync(path, 'utf8')) : new Map();
  for (const outcome of outcomes) {
    if (outcome.executions >= USUAL_RUNS) kept.set(outcome.reader, row(outcome));
  }
  const rows = [...NATIVE_READERS, ...JAVASCRIPT_READERS].flatMap((name) => kept.get(name) ?? []);
  if (runs >= USUAL_RUNS) writeFileSync(path, report(rows, cpus()[0]?.model ?? 'unknown'));
  if (outcomes.some(({ finding }) => finding !== undefined)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
