// The same core compiled for this machine: the yardstick.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildPreset } from '../../../wasm/toolchain/build.mjs';
import { projectFolder } from '../../../wasm/toolchain/locations.mjs';

const PRESET = 'native-release';
const folder = join(projectFolder, 'build', PRESET);
const start = promisify(execFile);

/** @type {import('../run.mjs').OpenContestant} */
export async function open({ file, task, threads }) {
  buildPreset(PRESET, { targets: ['inkling_bench'] });
  const program = join(folder, 'tests', 'bench', 'inkling_bench');
  const settings = Object.entries(task.settings).map(([name, value]) => `${snake(name)}=${value}`);
  return {
    versions: { 'native compiler': `${compilerVersion()}, -O3 -march=native` },
    builds: threads.map((count) => ({ variant: 'native', threads: count })),
    run: async (build) => {
      const rest = [String(build.threads), String(task.seed), task.metrics.join(','), ...settings];
      const { stdout } = await start(program, [file, task.model, ...rest]);
      return JSON.parse(stdout);
    },
    close: async () => {},
  };
}

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function compilerVersion() {
  const cache = readFileSync(join(folder, 'CMakeCache.txt'), 'utf8');
  const compiler = /^CMAKE_CXX_COMPILER:\w+=(.*)$/m.exec(cache)?.[1] ?? 'c++';
  const line = execFileSync(compiler, ['--version'], { encoding: 'utf8' }).split('\n')[0];
  return line.replace(/^.*\//, '');
}
