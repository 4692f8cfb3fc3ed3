// `npm run soak`: uses one page for long and measures its memory.
//
//   npm run soak -- [--minutes N]
//
// Thirty minutes unless said otherwise; so long a run or a longer one writes RESULTS.md. Exit 1 when the page told of errors.
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { ensure } from '../../wasm/toolchain/setup.mjs';
import { ensurePackage } from '../../web/build.mjs';

const USAGE = 'usage: npm run soak -- [--minutes N]';
const FULL_MINUTES = 30;

class UsageError extends Error {}

function readArguments() {
  let values;
  try {
    ({ values } = parseArgs({
      options: { minutes: { type: 'string', default: String(FULL_MINUTES) } },
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const minutes = Number(values.minutes);
  if (!(minutes >= 1)) {
    throw new UsageError(`--minutes is ${values.minutes}; expected a number of at least 1`);
  }
  return { minutes };
}

async function main() {
  const { minutes } = readArguments();
  const place = (file) => fileURLToPath(new URL(file, import.meta.url));
  const say = (line) => process.stderr.write(`${line}\n`);
  await ensure({ for: 'test', say });
  await ensurePackage(say);
  const { soak, reportOf } = (await runnerImport(place('./soak.ts'))).module;
  const result = await soak(minutes, say);
  const machine = `${cpus()[0].model}, ${availableParallelism()} processors`;
  const report = reportOf(result, machine);
  console.log(report);
  for (const error of result.errors) console.error(`error: ${error}`);
  if (minutes >= FULL_MINUTES) await writeFile(place('./RESULTS.md'), report);
  if (result.errors.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  if (error instanceof UsageError) console.error(USAGE);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
