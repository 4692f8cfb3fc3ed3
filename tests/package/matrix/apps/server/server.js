// What a server renders: a list for nobody in particular, made where the page is made.
import { Recommender } from 'inkling';

const titles = ['the deep sea', 'a dry desert', 'an open sea'];

export async function render() {
  const catalog = titles.map((title) => ({ id: title, title }));
  const recommender = await Recommender.open({ catalog, storage: 'memory' });
  await recommender.record({ item: 'the deep sea', type: 'like' });
  const list = await recommender.recommend({ k: 1 });
  await recommender.close();
  return `<ul>${list.map(({ item }) => `<li>${item}</li>`).join('')}</ul>`;
}
