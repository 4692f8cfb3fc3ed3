// `npm run test:package`: the packed tarball wherever it is used. Sets up what is missing, installs the bundlers of
// matrix/package.json, runs the package suite and every row, and ends with a table.
// `npm run test:package -- vite webpack` runs some of the files in rows/; "suite" is the package suite.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNpmModules, npmModulesInstalled } from '../../wasm/toolchain/npm-modules.mjs';
import { ensure } from '../../wasm/toolchain/setup.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const matrix = join(here, 'matrix');
const output = join(root, 'tests', 'output');

const ENDING = '.test.ts';
const testsIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => relative(root, join(folder, name)));

/** What can be run: by name, files of tests. */
const PARTS = {
  suite: testsIn(here),
  ...Object.fromEntries(
    testsIn(join(here, 'rows')).map((file) => [basename(file, ENDING), [file]]),
  ),
};

/** What the files of the package suite look at; each is one row of the table. */
const SUITE = {
  bundlers: 'Vite, esbuild and a plain page, by their interfaces',
  node: 'scripts, imports, the command line',
  tarball: 'what is packed: files, sizes, budgets; publint',
  types: 'a TypeScript app is compiled',
};

/** @typedef {{ where: string, version?: string, checked: string, engine?: string }} Told */
/** @typedef {Told & { seconds: number, passed: number, failed: number }} TableRow */

/** Runs the tests of these files; the rows that they make up. */
function runTests(files) {
  const report = join(output, 'package-matrix-report.json');
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules', '.bin', 'vitest');
  const config = join(here, 'rows', 'vitest.config.ts');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['run', '--config', config, ...reporters, ...files];
  const { status, error } = spawnSync(vitest, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const place = ({ name }) => files.indexOf(relative(root, name));
  testResults.sort((a, b) => place(a) - place(b));
  return { ok: status === 0, rows: testResults.flatMap(rowsOf) };
}

/** @returns {TableRow[]} */
function rowsOf({ name, status, assertionResults }) {
  const file = basename(name, ENDING);
  const counts = (tests) => ({
    seconds: tests.reduce((sum, { duration = 0 }) => sum + duration / 1000, 0),
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status !== 'passed').length,
  });
  const rows = assertionResults
    .filter(({ meta }) => meta.row)
    .map((test) => ({ ...test.meta.row, ...counts([test]) }));
  const others = assertionResults.filter(({ meta }) => !meta.row);
  if (others.length > 0) {
    rows.push({ where: `suite: ${file}`, checked: SUITE[file] ?? file, ...counts(others) });
  }
  // A file that cannot be loaded has no tests; a hook that fails, fails none.
  if (status !== 'passed' && rows.every(({ failed }) => failed === 0)) {
    rows.push({ where: file, checked: 'the file itself', seconds: 0, passed: 0, failed: 1 });
  }
  return rows;
}

/** @param {TableRow[]} rows */
function table(rows) {
  const titles = ['where', 'version', 'checked', 'engine', 'seconds', ''];
  const lines = rows.map(({ where, version, checked, engine, seconds, passed, failed }) => [
    where,
    version ?? '',
    checked,
    engine ?? (where.startsWith('suite: bundlers') ? 'Chromium' : 'Node'),
    seconds.toFixed(1),
    failed > 0 ? `FAILED (${failed} of ${passed + failed})` : 'passed',
  ]);
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...lines.map((cells) => cells[column].length)),
  );
  const line = (cells) =>
    cells
      .map((cell, n) =>
        titles[n] === 'seconds' ? cell.padStart(widths[n]) : cell.padEnd(widths[n]),
      )
      .join('  ')
      .trimEnd();
  return [line(titles), ...lines.map(line)].join('\n');
}

async function main() {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) {
    throw new Error(`there is no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}`);
  }
  const start = performance.now();
  mkdirSync(output, { recursive: true });
  await ensure({ for: 'test' });
  const { ensurePackage } = await import('../../web/build.mjs');
  await ensurePackage();
  if (!npmModulesInstalled(matrix)) {
    await installNpmModules(matrix, { say: (line) => console.log(`matrix: ${line}`) });
  }
  const names = wanted.length > 0 ? wanted : Object.keys(PARTS);
  const { ok, rows } = runTests(names.flatMap((name) => PARTS[name]));
  const failed = rows.filter((row) => row.failed > 0).length;
  const minutes = (performance.now() - start) / 60_000;
  console.log(`\n${table(rows)}\n`);
  console.log(
    `${rows.length - failed} rows passed, ${failed} failed, in ${minutes.toFixed(1)} minutes`,
  );
  // A row that ran nothing has not passed; neither has a run with an error outside of every test.
  process.exitCode = ok && failed === 0 && rows.length > 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
