import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Context } from '../../../web/cli/context.js';
import { run } from '../../../web/cli/run.js';
import { calls, type Engine, loadEngine, open, Ranker, type TrainedModel } from './fake-engine.js';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command line in this process, with the fake engine. */
export async function inkling(
  argv: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  calls.length = 0;
  const context = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    engine: {
      load: loadEngine,
      ranker: (engine: Engine, options: { model?: TrainedModel }) => new Ranker(engine, options),
    },
    signal,
    version: '1.2.3',
  } as unknown as Context;
  const code = await run(argv, context);
  expect(open.count).toBe(0); // everything is freed again, errors or not
  return { code, stdout, stderr };
}

/** Arguments of the newest call of this name that the fake engine got. */
export function given(name: string): unknown[] {
  const call = calls.findLast((one) => one.name === name);
  expect(call, `a call of ${name}`).toBeDefined();
  return call?.arguments as unknown[];
}

/** A directory of its own for every test. */
export function useDirectory() {
  let path = '';
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'inkling-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return {
    path: (name: string) => join(path, name),
    write: (name: string, content: string | Uint8Array) => {
      writeFileSync(join(path, name), content);
      return join(path, name);
    },
    names: () => readdirSync(path).sort(),
  };
}
