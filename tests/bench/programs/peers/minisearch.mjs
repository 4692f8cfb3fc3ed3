import { middleMean } from '../middle.mjs';
import { linesOf } from '../text.mjs';

export async function run({ read }, { task }) {
  const { default: MiniSearch } = await import('minisearch');
  const documents = linesOf(await read('documents')).map((text, id) => ({ id, text }));
  const queries = linesOf(await read('queries'));
  const start = performance.now();
  const index = new MiniSearch({ fields: ['text'] });
  index.addAll(documents);
  const seconds = (performance.now() - start) / 1000;
  const times = [];
  const lists = [];
  for (const query of queries) {
    lists.push(
      index
        .search(query)
        .slice(0, task.k)
        .map(({ id }) => id),
    );
    const begin = performance.now();
    for (let n = 0; n < task.repeats; n++) index.search(query).slice(0, task.k);
    times.push((performance.now() - begin) / 1000 / task.repeats);
  }
  return { seconds: { build: seconds, query: middleMean(times) }, lists };
}
