// Gives a reader many inputs: node fuzz.mjs READER RUNS SEED CORPUS FINDINGS. The last line of output is JSON.
// The work is done in a thread, so that one that hangs is noticed; the input it hangs at is in shared memory.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { countAllocations } from './allocation-limit.js';
import { READERS, type Reader, readHostile, seedsOf } from './readers.js';

const SECONDS_AN_INPUT = 10;
const MOST_INPUT = 1 << 20;

interface Job {
  reader: string;
  runs: number;
  seed: number;
  corpus: string;
  state: Int32Array; // executions, length of the input
  input: Uint8Array;
}

function bytesOf(input: unknown): Uint8Array {
  if (input instanceof Uint8Array) return input;
  const shown = JSON.stringify(input, (_, value) =>
    ArrayBuffer.isView(value) ? [...(value as Int8Array)] : value,
  );
  return new TextEncoder().encode(shown);
}

async function work({
  reader: name,
  runs,
  seed,
  corpus,
  state,
  input: shared,
}: Job): Promise<object> {
  const reader = READERS.find((one) => one.name === name) as Reader<unknown> | undefined;
  if (reader === undefined) throw new Error(`there is no reader ${name}`);
  countAllocations();
  const keep = (input: unknown) => {
    const bytes = bytesOf(input).subarray(0, MOST_INPUT);
    shared.set(bytes);
    state[1] = bytes.length;
  };
  let executions = 0;
  let read = 0;
  const give = async (input: unknown) => {
    keep(input);
    if (await readHostile(reader, input as never)) read++;
    executions++;
    state[0] = executions;
  };
  const seeds = seedsOf(corpus, name);
  if (seeds.length > 0) for (const input of seeds) await give(input);
  const property = fc.asyncProperty(reader.inputs(seeds), give);
  const details = await fc.check(property, { numRuns: runs, seed, endOnFailure: true });
  if (!details.failed) return { executions, read };
  const [counterexample] = details.counterexample ?? [];
  keep(counterexample);
  const error = details.errorInstance as Error | undefined;
  return { executions, read, failure: error?.stack ?? String(error) };
}

async function watch(args: string[]): Promise<void> {
  const [reader = '', runs, seed, corpus = '', findings = ''] = args;
  const state = new Int32Array(new SharedArrayBuffer(8));
  const input = new Uint8Array(new SharedArrayBuffer(MOST_INPUT));
  const job: Job = { reader, runs: Number(runs), seed: Number(seed), corpus, state, input };
  const start = performance.now();
  const worker = new Worker(new URL(import.meta.url), { workerData: job });
  let [seen, since] = [-1, performance.now()];
  const outcome = await new Promise<{ executions: number; failure?: string }>((resolve) => {
    const timer = setInterval(() => {
      if (seen !== state[0]) [seen, since] = [state[0] as number, performance.now()];
      else if (performance.now() - since > SECONDS_AN_INPUT * 1000) {
        resolve({ executions: seen, failure: `no end after ${SECONDS_AN_INPUT} s` });
      }
    }, 500);
    worker.on('message', resolve);
    worker.on('error', (error) =>
      resolve({ executions: state[0] as number, failure: String(error?.stack ?? error) }),
    );
    worker.on('exit', () => clearInterval(timer));
  });
  const seconds = (performance.now() - start) / 1000;
  let finding: string | undefined;
  if (outcome.failure !== undefined) {
    finding = join(findings, `${reader}-${Date.now()}`);
    writeFileSync(finding, input.slice(0, state[1]));
  }
  console.log(
    JSON.stringify({ ...outcome, seconds, finding, peak: process.resourceUsage().maxRSS * 1024 }),
  );
  process.exit(outcome.failure === undefined ? 0 : 1);
}

if (isMainThread) await watch(process.argv.slice(2));
else parentPort?.postMessage(await work(workerData as Job));
