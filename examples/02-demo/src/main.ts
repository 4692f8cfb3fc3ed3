import { Recommender } from 'inkling';
import { carryOver } from './carry-over.ts';
import { type Catalogue, loadBuiltIn } from './catalogue.ts';
import { byId, say } from './elements.ts';
import { NetworkLedger } from './network-ledger.ts';
import { OwnRatings } from './own-ratings.ts';
import { Page } from './page.ts';
import { counted } from './quantities.ts';
import { Session } from './session.ts';
import { placeholder } from './shelves.ts';

async function openBuiltIn(catalogue: Catalogue): Promise<Session> {
  return new Session(await Recommender.open({ catalog: catalogue.items, name: 'demo' }), catalogue);
}

async function start(): Promise<void> {
  byId('shelves').append(placeholder());
  let page: Page | undefined;
  const ledger = new NetworkLedger(() => page?.showLedger());
  const builtIn = await loadBuiltIn();
  page = new Page(await openBuiltIn(builtIn), ledger);
  await page.update(performance.now());
  ledger.markLoaded();
  document.documentElement.dataset.ready = 'true';

  const shown = page;
  new OwnRatings({
    announce: (message) => shown.announce(message),
    onTrained: async ({ session }) => {
      const before = shown.session;
      const carried = await carryOver(before, session);
      await shown.change(session);
      await before.recommender.close();
      document.documentElement.dataset.trained = 'true';
      const along = carried > 0 ? ` ${counted(carried, 'opinion')} of yours came along.` : '';
      shown.announce(`Now recommending from your own ratings.${along}`);
    },
    onBack: async () => {
      const before = shown.session;
      await shown.change(await openBuiltIn(builtIn));
      await before.recommender.close();
      delete document.documentElement.dataset.trained;
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
