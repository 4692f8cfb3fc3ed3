import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runRounds } from './rounds.mjs';
import { checkResults, summarize } from './summary.mjs';

/**
 * @typedef {{ variant: string, threads: number, lessWork?: boolean }} Build lessWork: than the others, so that ratios say nothing
 *
 * @typedef {object} Run what one run of a contestant gives
 * @property {Record<string, number>} seconds by the workload's measures
 * @property {Record<string, number>} [metrics]
 * @property {number[][]} [lists]
 * @property {number} [memory] bytes: of the wasm heap, or of the native process
 *
 * @typedef {{ task: Record<string, any>, build: Build, files?: Record<string, string> }} Input what a program is given
 *
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} title
 * @property {string} program what each contestant runs: a file in programs/, in native/ …
 * @property {Record<string, Measure>} measures the first is the one that is compared with native
 * @property {string[]} contestants files in contestants/
 * @property {string[]} [wasm] builds of the package: `simd, 1`; all when left out
 * @property {number[]} [nativeThreads]
 * @property {string[]} [once] contestants that take so long that one round is enough
 * @property {Check} [check]
 * @property {{ curve: string, size: number, of: string }} [growth] its place in a growth curve
 * @property {number} [rounds] instead of the usual number
 * @property {boolean} [onlyInFull] --quick leaves it out: it would show nothing that another does not
 * @property {string} whatBoundsIt
 * @property {string} [whatWouldMoveIt] where a target is missed
 * @property {(options: { quick: boolean, folder: string }) => Promise<LoadedWorkload>} load
 *
 * @typedef {{ label: string, unit: 's' | 'ms' | 'µs' | 'ns', per?: number }} Measure per: seconds are divided by this
 *
 * @typedef {object} Check contestants that fail it did not do the same work
 * @property {{ name: string, difference: number, others: number }} [metric] how far the builds of the core may differ
 *   from each other, and other programs from them
 * @property {{ share: number, reference?: string }} [lists] how many of the lists must have the same items as those of
 *   the reference: the first contestant when left out
 * @property {string[]} [except] contestants that rank by another rule
 *
 * @typedef {object} LoadedWorkload
 * @property {string} description of the data
 * @property {Record<string, string>} files by name, for the contestants to read
 * @property {Record<string, any>} task
 * @property {number} [flops] of what the first measure takes
 * @property {number} [bytes] that it must read from memory
 *
 * @typedef {object} Opened
 * @property {string} [missing] why this contestant cannot run here; the rest is then left out
 * @property {Record<string, string>} versions
 * @property {Build[]} builds
 * @property {(build: Build) => Promise<Run>} run
 * @property {() => Promise<void>} close
 *
 * @callback OpenContestant what a file in contestants/ exports as `open`
 * @param {{ program: string, files: Record<string, string>, task: Record<string, any>, wasm?: string[],
 *   nativeThreads?: number[] }} options
 * @returns {Promise<Opened>}
 */

/** With so much fewer test rows chance makes larger differences. */
const QUICK_ALLOWANCE = 3;
const QUICK_WASM = ['simd, 1', 'relaxed-threads, 2'];

/**
 * Opens the contestants of a workload, runs them against each other, and closes them.
 * @param {Workload} workload
 * @param {{ quick: boolean, repetitions: number | undefined, folder: string, say: (line: string) => void }} options
 */
export async function measure(workload, { quick, repetitions, folder, say }) {
  const { name, program, nativeThreads, check = {}, once = [] } = workload;
  const wasm = quick ? (workload.wasm ?? QUICK_WASM).slice(-2) : workload.wasm;
  say(`${name}: making the data`);
  const own = join(folder, name);
  await mkdir(own);
  const { files, task, description, flops, bytes } = await workload.load({ quick, folder: own });

  const notes = [];
  const opened = [];
  try {
    for (const contestant of workload.contestants) {
      const { open } = await import(`./contestants/${contestant}.mjs`);
      const result = await open({ program, files, task, wasm, nativeThreads });
      if (result.missing) notes.push(`${contestant} is left out: ${result.missing}`);
      else opened.push({ contestant, ...result });
    }
    const entries = opened.flatMap(({ contestant, builds, run }) =>
      builds.map((build) => ({
        contestant,
        ...build,
        once: once.includes(contestant),
        run: () => run(build),
      })),
    );
    const rounds = repetitions ?? (quick ? 1 : (workload.rounds ?? 3));
    const done = await runRounds(entries, { repetitions: rounds, quick, say });
    checkResults(done.entries, done.runs, check, quick ? QUICK_ALLOWANCE : 1);
    const versions = Object.assign({}, ...opened.map((each) => each.versions));
    return {
      workload: name,
      title: workload.title,
      measures: workload.measures,
      growth: workload.growth ?? null,
      whatBoundsIt: workload.whatBoundsIt,
      whatWouldMoveIt: workload.whatWouldMoveIt ?? '',
      work: { flops, bytes },
      description,
      task,
      versions,
      repetitions: rounds,
      busy: done.busy,
      notes: [...notes, ...done.notes],
      failures: done.failures,
      rows: summarize(done.entries, done.runs, { ...workload, flops }),
    };
  } finally {
    for (const { close } of opened) await close();
  }
}
