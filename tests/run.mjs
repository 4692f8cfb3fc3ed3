// `npm test`: sets up what is missing, then runs every suite and adds them up.
// `npm test -- web browser` runs some of them; see SUITES for the names.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from '../wasm/toolchain/setup.mjs';
import { relaxedFlags } from './relaxed-simd.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = join(root, 'tests', 'output');

/** @typedef {{ passed: number, failed: number, note?: string }} Outcome */

/** Runs a program with its output shown; true when it ended well. */
function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) console.error(`error: ${program}: ${result.error.message}`);
  return result.status === 0;
}

/** Runs a program; its output is shown when it fails. */
function runQuietly(program, args) {
  const result = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  const text = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  if (result.status !== 0) process.stdout.write(text);
  return { ok: result.status === 0, text };
}

/** A program of the project's own dependencies. */
const installed = (name) => join(root, 'node_modules', '.bin', name);

const one = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 });

function sum(outcomes) {
  const total = { passed: 0, failed: 0 };
  for (const { passed, failed } of outcomes) {
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}

const tracked = (...patterns) =>
  spawnSync('git', ['ls-files', '-co', '--exclude-standard', ...patterns], {
    cwd: root,
    encoding: 'utf8',
  })
    .stdout.split('\n')
    .filter(Boolean);

// Style and types: one count for each tool.
async function lint() {
  const { buildPreset } = await import('../wasm/toolchain/build.mjs');
  buildPreset(TIDY_PRESET, { targets: ['build.ninja'] }); // clang-tidy reads its compile commands, and no more
  const cpp = tracked('*.cpp', '*.h');
  return sum([
    one(runQuietly(installed('biome'), ['check', '.']).ok),
    ...['.', 'examples/02-demo', 'tests/browser', 'tests/package'].map((project) =>
      one(runQuietly(installed('tsc'), ['-p', project]).ok),
    ),
    one(runQuietly('clang-format-19', ['--dry-run', '--Werror', ...cpp]).ok),
    one(tidy(join(root, 'build', TIDY_PRESET))),
  ]);
}

const TIDY_PRESET = 'native-tidy';

/** The core, most of its folders as one file each: most of the time goes into what all of them include. */
function tidy(folder) {
  const commands = JSON.parse(readFileSync(join(folder, 'compile_commands.json'), 'utf8'));
  const files = commands.map(({ file }) => file).filter((file) => IN_CORE.test(file));
  // Two at a time: clang-tidy itself uses one core.
  const command = `xargs -P 2 -n 1 clang-tidy-19 --quiet --warnings-as-errors=* -p ${folder}`;
  const result = spawnSync('sh', ['-c', command], {
    cwd: root,
    input: files.join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0) process.stdout.write(result.stdout);
  return result.status === 0;
}

const IN_CORE = /\/cpp\/src\/.*\.cpp$|\/inkling_core\.dir\/Unity\//;

/** Starts a program. Waits for its end without holding up what is done meanwhile; its output is shown when it fails. */
async function runBeside(program, args) {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const pieces = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => pieces.push(data));
  const [status] = await once(child, 'close');
  const text = Buffer.concat(pieces).toString();
  if (status !== 0) process.stdout.write(text);
  return { ok: status === 0, text };
}

/** Runs one build of the core's doctest suite, while the next is built, and reads its closing line. */
async function doctest(program, args, name) {
  const { ok, text } = await runBeside(program, args);
  const counts = /test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed/.exec(text);
  if (!counts) {
    console.log(`${name}: no closing line\n${text}`);
    return { passed: 0, failed: 1 };
  }
  const [, , passed, failed] = counts.map(Number);
  console.log(`${name}: ${passed} passed, ${failed} failed`);
  // A sanitizer's report or a crash after the tests is a failure too.
  return { passed, failed: failed + (ok || failed > 0 ? 0 : 1) };
}

async function native() {
  const { buildPreset } = await import('../wasm/toolchain/build.mjs');
  const { NATIVE_READERS } = await import('./fuzz/readers.mjs');
  const program = (preset, ...path) => join(root, 'build', preset, 'tests', ...path);
  // What takes longest to run is built first, to run while the others are built.
  const outcomes = ['native-sanitized', 'native-release'].map((preset) => {
    buildPreset(preset, { targets: ['inkling_tests'] });
    return doctest(program(preset, 'cpp', 'inkling_tests'), [], preset);
  });
  buildPreset('native-thread-sanitized', { targets: ['inkling_thread_tests'] });
  const threads = program('native-thread-sanitized', 'cpp', 'inkling_thread_tests');
  outcomes.push(doctest(threads, [`--test-case=${THREAD_TESTS}`], 'native-thread-sanitized'));
  buildPreset('native-sanitized', { targets: ['inkling_fuzz'] });
  for (const reader of NATIVE_READERS) {
    outcomes.push(keptFiles(program('native-sanitized', 'fuzz', `${reader}_corpus`), reader));
  }
  return sum(await Promise.all(outcomes));
}

/** Of the thread pool and all that uses it; `npm run sanitize` runs every test under the thread sanitizer. */
const THREAD_TESTS = '*thread*,*pool*';

/** Gives the kept files of a reader to it, each a test; see fuzz/README.md. */
function keptFiles(program, reader) {
  const folder = join(root, 'tests', 'fuzz', 'corpus', reader);
  const files = readdirSync(folder).length;
  const { text } = runQuietly(program, [folder]);
  const passed = text.match(/^read /gm)?.length ?? 0;
  // The first that fails ends the program.
  return { passed, failed: passed === files && files > 0 ? 0 : 1 };
}

async function wasm() {
  const { buildPreset, WASM_PRESETS } = await import('../wasm/toolchain/build.mjs');
  const outcomes = Object.entries(WASM_PRESETS).map(([variant, preset]) => {
    // Its SIMD is that of `simd`, its threads those of `relaxed-threads`, and the suite `web` runs in it.
    const program = variant === 'simd-threads' ? 'inkling_thread_tests' : 'inkling_tests';
    const tests = variant === 'simd-threads' ? [`--test-case=${THREAD_TESTS}`] : [];
    buildPreset(preset, { targets: [program] });
    const flags = variant.startsWith('relaxed') ? relaxedFlags() : [];
    const script = join(root, 'build', preset, 'tests', 'cpp', `${program}.js`);
    return doctest(process.execPath, [...flags, script, ...tests], preset);
  });
  return sum(await Promise.all(outcomes));
}

/** Runs a vitest configuration, or a project of it; counts from its report. */
function vitest(name, config, ...projects) {
  const report = join(output, `${name}-report.json`);
  rmSync(report, { force: true });
  const args = ['run', '--config', config, '--reporter=default', '--reporter=json'];
  for (const project of projects) args.push('--project', project);
  const ok = run(installed('vitest'), [...args, `--outputFile.json=${report}`]);
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that cannot be loaded fails without a failed test; so does an error outside of every test.
    const failed = Math.max(numFailedTests, numFailedTestSuites > 0 || !ok ? 1 : 0);
    return { passed: numPassedTests, failed };
  } catch (error) {
    console.error(`error: ${name} left no report (${error.message})`);
    return { passed: 0, failed: 1 };
  }
}

/** node:test's own runner, for what must be tested before anything is installed. */
function toolchain() {
  const files = tracked('tests/toolchain/*.test.mjs');
  const result = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...files], {
    cwd: root,
    encoding: 'utf8',
  });
  const count = (word) =>
    Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(result.stdout)?.[1] ?? 0);
  const outcome = { passed: count('pass'), failed: count('fail') + count('cancelled') };
  if (result.status !== 0) {
    process.stdout.write(result.stdout);
    outcome.failed = Math.max(outcome.failed, 1);
  }
  return outcome;
}

const SUITES = {
  toolchain,
  lint,
  native,
  wasm,
  web: () => vitest('web', 'vitest.config.ts'),
  quality: () => vitest('quality', 'tests/quality/vitest.config.ts'),
  package: () => vitest('package', 'tests/package/vitest.config.ts'),
  browser: () => vitest('browser', 'tests/browser/vitest.config.ts', 'using'),
  measuring: () => vitest('measuring', 'tests/browser/vitest.config.ts', 'measuring'),
  bench: () => vitest('bench', 'tests/bench/vitest.config.ts'),
};

/**
 * What mostly compiles, and so takes what the others leave of the machine: they wait for browsers and timers. Side by side,
 * so that one compiles while another runs a program that has one thread.
 */
const ASIDE = ['lint', 'native', 'wasm'];
/** What measures times and memory has the machine to itself. */
const ALONE = ['measuring', 'bench'];

/** Runs suites one after the other. */
async function runInTurn(names) {
  const rows = [];
  for (const name of names) {
    console.log(`\n── ${name}`);
    const start = performance.now();
    let outcome = { passed: 0, failed: 1 };
    try {
      outcome = await SUITES[name]();
    } catch (error) {
      console.error(`error: ${name}: ${error.message}`);
    }
    // A suite that ran nothing has not passed.
    if (outcome.passed + outcome.failed === 0) outcome.failed = 1;
    rows.push({ name, ...outcome, seconds: (performance.now() - start) / 1000 });
  }
  return rows;
}

const ASIDE_FLAG = '--aside';
const asideFile = (name, ending) => join(output, `aside-${name}.${ending}`);

/** Starts a suite aside. Returns what waits for it, shows what it printed and gives its rows. */
function startAside(name) {
  const log = asideFile(name, 'txt');
  rmSync(asideFile(name, 'json'), { force: true });
  const file = openSync(log, 'w');
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ASIDE_FLAG, name], {
    cwd: root,
    stdio: ['ignore', file, file],
  });
  const ended = once(child, 'exit');
  return async () => {
    await ended;
    process.stdout.write(readFileSync(log));
    try {
      return JSON.parse(readFileSync(asideFile(name, 'json'), 'utf8'));
    } catch {
      return [{ name, passed: 0, failed: 1, seconds: 0 }]; // it says why
    }
  };
}

/** @param prepare makes the package, beside what needs none */
async function runAll(prepare) {
  const names = Object.keys(SUITES).filter((name) => !ASIDE.includes(name));
  const aside = [startAside('native')];
  await prepare();
  // They need its types, and build where it is built.
  aside.push(...ASIDE.filter((name) => name !== 'native').map(startAside));
  const rows = await runInTurn(names.filter((name) => !ALONE.includes(name)));
  for (const end of aside) rows.push(...(await end()));
  return [...rows, ...(await runInTurn(ALONE))];
}

async function main() {
  const wanted = process.argv.slice(2);
  if (wanted[0] === ASIDE_FLAG) {
    setPriority(constants.priority.PRIORITY_LOW); // inherited by all that it starts
    const [, name] = wanted;
    writeFileSync(asideFile(name, 'json'), JSON.stringify(await runInTurn([name])));
    return;
  }
  const unknown = wanted.find((name) => !Object.hasOwn(SUITES, name));
  if (unknown !== undefined) {
    throw new Error(`there is no suite "${unknown}"; there are ${Object.keys(SUITES).join(', ')}`);
  }
  mkdirSync(output, { recursive: true });
  await ensure({ for: 'test' });
  const { ensurePackage } = await import('../web/build.mjs');
  if (wanted.length > 0) await ensurePackage();

  const rows = await (wanted.length > 0 ? runInTurn(wanted) : runAll(ensurePackage));
  console.log('');
  for (const { name, passed, failed, seconds } of rows) {
    console.log(
      `${name.padEnd(10)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${seconds.toFixed(0).padStart(5)} s`,
    );
  }
  const total = sum(rows);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
