import { Recommender } from 'inkling';

const catalog = [
  { id: 'alien', title: 'Alien', tags: ['Science Fiction', 'Horror'], popularity: 90 },
  { id: 'aliens', title: 'Aliens', tags: ['Science Fiction', 'Action'], popularity: 80 },
  { id: 'heat', title: 'Heat', tags: ['Crime', 'Action'], popularity: 95 },
  { id: 'solaris', title: 'Solaris', tags: ['Science Fiction', 'Drama'], popularity: 40 },
  { id: 'clue', title: 'Clue', tags: ['Comedy', 'Crime'], popularity: 50 },
];

const rec = await Recommender.open({ catalog });
await rec.record({ item: 'alien', type: 'like' });
await rec.record({ item: 'clue', type: 'dislike' });

for (const { item, source, reasons } of await rec.recommend({ k: 3 })) {
  const why = reasons.map((reason) => `${reason.item ?? reason.kind} (${reason.terms ?? 'many'})`);
  console.log(`${item}: ${source}, because of ${why.join(', ')}`);
}
await rec.close();
