// One run in a process of its own: node evaluate-in-node.mjs FILE VARIANT THREADS TASK
// TASK is JSON; prints one JSON object.
import { readFileSync } from 'node:fs';
import { Recommender } from 'inkling';
import { evaluate } from './evaluate.mjs';

const [file, variant, threads, task] = process.argv.slice(2);
const bytes = new Uint8Array(readFileSync(file));
const build = { variant, threads: Number(threads) };
const packed = new Int32Array(bytes.buffer, 0, bytes.length / Int32Array.BYTES_PER_ELEMENT);
console.log(JSON.stringify(await evaluate(Recommender, packed, build, JSON.parse(task))));
