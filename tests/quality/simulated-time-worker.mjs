// The package's worker, but the time is what a simulation says it is.
import { getEnvironmentData } from 'node:worker_threads';
import { CLOCK } from './simulated-time.mjs';

const clock = new BigInt64Array(getEnvironmentData(CLOCK));
Date.now = () => Number(Atomics.load(clock, 0));
await import('../../dist/node-worker.js');
