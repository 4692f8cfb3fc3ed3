// MiniSearch in Node: an index of the documents, and BM25+ over it.
import { runInNode } from '../hosts/node.mjs';
import { packageVersion } from '../hosts/peers.mjs';

/** @type {import('../measure.mjs').OpenContestant} */
export async function open({ files, task }) {
  return {
    versions: packageVersion('minisearch'),
    builds: [{ variant: 'BM25+', threads: 1 }],
    run: (build) => runInNode('peers/minisearch.mjs', { files, task, build }),
    close: async () => {},
  };
}
