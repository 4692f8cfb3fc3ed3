// Importing must do nothing: no globals, no listeners, no handles. Prints what it did.
import { setTimeout } from 'node:timers/promises';

const globals = () => new Set(Reflect.ownKeys(globalThis));
const listeners = () =>
  process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`);
const prototypes = () =>
  [Object, Array, Map, Promise, String, Uint8Array]
    .map(({ prototype }) => Reflect.ownKeys(prototype).length)
    .join();

const before = { globals: globals(), listeners: listeners(), prototypes: prototypes() };
const modules = [];
for (const name of process.argv.slice(2)) modules.push(Object.keys(await import(name)));
// Reading the modules themselves needs handles, for a moment.
await setTimeout(50);
const added = [...globals()].filter((key) => !before.globals.has(key)).map(String);
console.log(
  JSON.stringify({
    modules,
    added,
    listeners: JSON.stringify(listeners()) === JSON.stringify(before.listeners),
    prototypes: prototypes() === before.prototypes,
    handles: process.getActiveResourcesInfo().filter((kind) => !/Pipe|TTY/.test(kind)),
  }),
);
