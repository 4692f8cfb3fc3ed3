// scikit-learn's TfidfVectorizer, where Python has it. Its matrix must be the package's.
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { middleMean } from '../programs/middle.mjs';

const PROGRAM = fileURLToPath(new URL('../programs/sklearn_tfidf.py', import.meta.url));
const MAX_OUTPUT_BYTES = 1 << 28;
const start = promisify(execFile);

/** @type {import('../measure.mjs').OpenContestant} */
export async function open({ files }) {
  const version = 'import sklearn; print(sklearn.__version__)';
  const found = ['python3', '/usr/bin/python3']
    .map((python) => ({ python, ...spawnSync(python, ['-c', version], { encoding: 'utf8' }) }))
    .find(({ status }) => status === 0);
  if (!found) return { missing: "Python has no sklearn (Debian's python3-sklearn)" };
  return {
    versions: { 'scikit-learn': found.stdout.trim() },
    builds: [{ variant: 'TfidfVectorizer', threads: 1 }],
    run: async () => {
      const given = [files.documents, files.queries, '--model', files.matrix];
      const args = [PROGRAM, ...given, '--repetitions', '1'];
      const { stdout } = await start(found.python, args, { maxBuffer: MAX_OUTPUT_BYTES });
      const { seconds, lists, comparison } = JSON.parse(stdout);
      if (!comparison.same) {
        const found = JSON.stringify(comparison);
        throw new Error(`scikit-learn's matrix is another than that of the package: ${found}`);
      }
      // The faster of its two ways to ask.
      const query = Math.min(middleMean(seconds.query), middleMean(seconds.query_inverted));
      return {
        seconds: { build: middleMean(seconds.build), query },
        lists: lists.map((list) => list.map(([document]) => document)),
      };
    },
    close: async () => {},
  };
}
