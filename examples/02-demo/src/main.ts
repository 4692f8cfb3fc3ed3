import './own-scripts.ts';
import { Recommender } from 'inkling';
import { carryOver } from './carry-over.ts';
import { loadBuiltIn } from './catalogue.ts';
import { byId, say } from './elements.ts';
import { NetworkLedger } from './network-ledger.ts';
import { OwnRatings } from './own-ratings.ts';
import { Page } from './page.ts';
import { counted } from './quantities.ts';
import { Session } from './session.ts';
import { placeholder } from './shelves.ts';

async function start(): Promise<void> {
  byId('shelves').append(placeholder());
  let page: Page | undefined;
  const ledger = new NetworkLedger(() => page?.showLedger());
  const builtIn = await loadBuiltIn();
  const name = 'demo';
  const recommender = await Recommender.open({ catalog: builtIn.items, name });
  // Own ratings are kept in memory; whoever comes back from there says where the opinions of these films are.
  const home = { name, storage: recommender.info().storage.kind };
  page = new Page(new Session(recommender, builtIn, home), ledger);
  await page.update(performance.now());
  ledger.markLoaded();
  document.documentElement.dataset.ready = 'true';

  const shown = page;
  new OwnRatings(recommender, {
    announce: (message) => shown.announce(message),
    onTrained: async ({ catalogue, ratings, trained }) => {
      // Opinions about this catalogue live as long as the tab: its ids mean something in this file only.
      const belongings = {
        model: trained.modelFile,
        name: 'own-ratings',
        storage: 'memory',
      } as const;
      const before = shown.session;
      const session = new Session(recommender, catalogue, belongings, ratings);
      await session.enter();
      const carried = await carryOver(before, session);
      await shown.change(session);
      const along = carried > 0 ? ` ${counted(carried, 'opinion')} of yours came along.` : '';
      shown.announce(`Now recommending from your own ratings.${along}`);
    },
    onBack: async () => {
      await shown.change();
      shown.announce('Back to the built-in films; your opinions of them are as you left them.');
    },
  });
}

start().catch((error: unknown) => {
  const problem = byId('start-problem');
  say(byId('start-problem-words'), error instanceof Error ? error.message : String(error));
  problem.hidden = false;
  byId('shelves').replaceChildren();
});
