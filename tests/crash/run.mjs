// `npm run crash`: kills browsers that record, and looks what is left each time.
//
//   npm run crash -- [--browser chromium|firefox]… [--kills N] [--seed N] [--erase-every N] [--damage-every N]
//
// Both browsers, 200 kills each, unless said otherwise; in Chromium the database is spoilt on the disk after every 20. The table goes to stdout, all else to stderr. Exit 1 when
// anything was lost, doubled, invented, disordered or different.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { ensure } from '../../wasm/toolchain/setup.mjs';
import { ensurePackage } from '../../web/build.mjs';

const USAGE =
  'usage: npm run crash -- [--browser chromium|firefox]… [--kills N] [--seed N] [--erase-every N] [--damage-every N]';
const COLUMNS = {
  kills: 'kills',
  acknowledged: 'events acknowledged',
  unacknowledged: 'found unacknowledged',
  forgotten: 'forgotten',
  lost: 'lost',
  duplicated: 'duplicated',
  foreign: 'never sent',
  disordered: 'out of order',
  remaining: 'not forgotten',
  compared: 'lists compared',
  different: 'different',
  errors: 'errors',
  damaged: 'database spoilt by the test',
  broken: 'database broken, says the browser',
};

class UsageError extends Error {}

function wholeNumber(name, text, least) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least) return number;
  throw new UsageError(`--${name} is ${text}; expected a whole number of at least ${least}`);
}

function readArguments(known) {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        browser: { type: 'string', multiple: true, default: [...known] },
        kills: { type: 'string', default: '200' },
        seed: { type: 'string', default: '1' },
        'erase-every': { type: 'string', default: '50' },
        'damage-every': { type: 'string', default: '20' },
      },
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const unknown = values.browser.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no browser "${unknown}"; there are ${known.join(', ')}`);
  }
  return {
    browsers: values.browser,
    kills: wholeNumber('kills', values.kills, 1),
    seed: wholeNumber('seed', values.seed, 0),
    eraseEvery: wholeNumber('erase-every', values['erase-every'], 1),
    damageEvery: wholeNumber('damage-every', values['damage-every'], 1),
  };
}

function table(results) {
  const rows = results.map(
    (result) =>
      `| ${result.browser} | ${Object.keys(COLUMNS)
        .map((key) => result[key])
        .join(' | ')} | ${result.seconds.toFixed(0)} |`,
  );
  const titles = ['browser', ...Object.values(COLUMNS), 'seconds'];
  return [
    `| ${titles.join(' | ')} |`,
    `|${' --- |'.repeat(titles.length)}`,
    ...rows,
    '',
    ...results.map(
      ({ browser, moments, idle, largestLog, erasures, hungStarts }) =>
        `${browser}: ${Object.entries(moments)
          .map(([moment, count]) => `${count} killed ${moment}`)
          .join(
            ', ',
          )}; ${idle} of them had nothing under way. Largest log: ${largestLog} events; ` +
        `erased ${erasures} times; ${hungStarts} starts given up.`,
    ),
  ].join('\n');
}

async function main() {
  const load = async (file) =>
    (await runnerImport(fileURLToPath(new URL(file, import.meta.url)))).module;
  const { CRASH_BROWSERS } = await load('./browsers.ts');
  const { browsers, ...options } = readArguments(CRASH_BROWSERS);
  const say = (line) => process.stderr.write(`${line}\n`);
  await ensure({ for: 'test', say });
  await ensurePackage(say);
  const { crashTest, isClean } = await load('./crash-test.ts');
  const results = [];
  for (const browser of browsers) results.push(await crashTest({ ...options, browser, say }));
  console.log(table(results));
  if (!results.every(isClean)) process.exitCode = 1;
}

// The browsers have sessions of their own, which Ctrl-C does not reach: they end with this process's exit.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  if (error instanceof UsageError) console.error(USAGE);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
