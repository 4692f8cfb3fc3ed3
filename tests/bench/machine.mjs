import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, platform } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { emscriptenEnvironment } from '../../wasm/toolchain/emscripten-environment.mjs';

/** What the figures depend on, and nothing that says whose machine it is. */
export function describeMachine() {
  const { emcc, version, env } = emscriptenEnvironment();
  const { stderr } = spawnSync(emcc, ['-v'], { env, encoding: 'utf8' });
  const clang = /clang version (\d[\d.]*)/.exec(stderr)?.[1];
  const processor = cpus()[0]?.model.trim() ?? 'unknown';
  return {
    processor: `${processor}, ${availableParallelism()} cores, ${platform()}`,
    Emscripten: `${version}${clang ? `, clang ${clang}` : ''}, -O3 -msimd128`,
  };
}

const LOOK_MS = 100;

/** Share of all processor time that is in use now, 0 to 1: what others do, while we only wait. */
export async function busyShare() {
  const before = processorTimes();
  await sleep(LOOK_MS);
  const after = processorTimes();
  const total = after.total - before.total;
  return total > 0 ? 1 - (after.idle - before.idle) / total : 0;
}

function processorTimes() {
  const sums = { idle: 0, total: 0 };
  for (const { times } of cpus()) {
    sums.idle += times.idle;
    sums.total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return sums;
}
