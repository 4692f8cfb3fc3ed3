// The same core compiled for this machine: the yardstick.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildPreset } from '../../../wasm/toolchain/build.mjs';
import { projectFolder } from '../../../wasm/toolchain/locations.mjs';

const PRESET = 'native-release';
const MAX_OUTPUT_BYTES = 1 << 28;
const folderOf = (preset) => join(projectFolder, 'build', preset);
const start = promisify(execFile);

/** What inkling_bench is given for each program: native/*.cpp say the same. */
const ARGUMENTS = {
  train: ({ interactions }, { model, seed, metrics, settings }, threads) => {
    const given = Object.entries(settings).map(([name, value]) => `${snake(name)}=${value}`);
    return [interactions, model, threads, seed, metrics.join(','), ...given];
  },
  serve: ({ model, histories }, { historyLength, k, repeats }, threads) => [
    model,
    histories,
    historyLength,
    k,
    repeats,
    threads,
  ],
  text: ({ documents, queries }, { k, repeats }) => [documents, queries, k, repeats],
};

/** Builds inkling_bench where sources have changed; its path. */
export function nativeProgram(preset = PRESET) {
  buildPreset(preset, { targets: ['inkling_bench'] });
  return join(folderOf(preset), 'tests', 'bench', 'inkling_bench');
}

/** @type {import('../measure.mjs').OpenContestant} */
export const open = (options) => openNative(PRESET, 'native', options);

/**
 * @param {string} preset of CMake
 * @param {string} variant what it is called
 * @param {Parameters<import('../measure.mjs').OpenContestant>[0]} options
 */
export async function openNative(
  preset,
  variant,
  { program, files, task, nativeThreads = [1, 2] },
) {
  const path = nativeProgram(preset);
  return {
    versions: { 'native compiler': compilerVersion(preset) },
    builds: nativeThreads.map((threads) => ({ variant, threads })),
    run: async ({ threads }) => {
      const args = [program, ...ARGUMENTS[program](files, task, threads).map(String)];
      const { stdout } = await start(path, args, { maxBuffer: MAX_OUTPUT_BYTES });
      return JSON.parse(stdout);
    },
    close: async () => {},
  };
}

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function compilerVersion(preset) {
  const cache = readFileSync(join(folderOf(preset), 'CMakeCache.txt'), 'utf8');
  const compiler = /^CMAKE_CXX_COMPILER:\w+=(.*)$/m.exec(cache)?.[1] ?? 'c++';
  const line = execFileSync(compiler, ['--version'], { encoding: 'utf8' }).split('\n')[0];
  return line.replace(/^.*\//, '');
}
