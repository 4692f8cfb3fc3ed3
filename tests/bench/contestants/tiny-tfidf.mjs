// tiny-tfidf in Node: BM25 weights of every term in every document.
import { runInNode } from '../hosts/node.mjs';
import { packageVersion } from '../hosts/peers.mjs';

/** @type {import('../measure.mjs').OpenContestant} */
export async function open({ files, task }) {
  return {
    versions: packageVersion('tiny-tfidf'),
    builds: [{ variant: 'BM25, the first 1,000 documents', threads: 1, lessWork: true }],
    run: (build) => runInNode('peers/tiny-tfidf.mjs', { files, task, build }),
    close: async () => {},
  };
}
