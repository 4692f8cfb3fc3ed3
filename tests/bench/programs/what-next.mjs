import { middleMean } from './middle.mjs';

/** The time that the engine's worker takes for lists of one person whose events come one after the other. */
export async function run({ loadPackage, model }, { task, build }) {
  const { Recommender } = await loadPackage();
  const recommender = await Recommender.open({
    ...build,
    model: model('model'),
    storage: 'memory',
  });
  const times = { full: [], event: [] };
  const listOf = async (name) => {
    await recommender.recommend({ k: 10, explain: false });
    times[name].push(recommender.info().timings.recommend / 1000);
  };
  try {
    for (let n = -task.repeats; n < task.repeats; n++) {
      // The first rounds are only for the compiler.
      if (n === 0) for (const each of Object.values(times)) each.length = 0;
      await recommender.erase();
      const liked = (place) => ({
        item: String((place * 67 + 7 * (n + 1000)) % 3416),
        type: 'like',
      });
      await recommender.record(Array.from({ length: task.events }, (_, place) => liked(place)));
      await listOf('full');
      for (let place = 0; place < task.further; place++) {
        await recommender.record(liked(task.events + place));
        await listOf('event');
      }
    }
    return { seconds: { full: middleMean(times.full), event: middleMean(times.event) } };
  } finally {
    await recommender.close();
  }
}
