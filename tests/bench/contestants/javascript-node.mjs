// The same work in plain JavaScript with typed arrays, in Node.
import { nodeVersion, runInNode } from '../hosts/node.mjs';

/** @type {import('../measure.mjs').OpenContestant} */
export async function open({ program, files, task }) {
  return {
    versions: nodeVersion,
    builds: [{ variant: 'plain JavaScript', threads: 1 }],
    run: (build) => runInNode(`plain/${program}.mjs`, { files, task, build }),
    close: async () => {},
  };
}
