import { InklingError, type Recommender } from 'inkling';
import { acceptFiles } from './drop-target.ts';
import { byId, element, say } from './elements.ts';
import { icon } from './icons.ts';
import { resultCard } from './result-card.ts';
import { saveFile } from './save-file.ts';
import { type Training, trainOnFiles } from './training.ts';

interface OwnRatingsActions {
  /** The trained recommender takes over the shelves. */
  onTrained: (training: Training) => Promise<void>;
  onBack: () => Promise<void>;
  announce: (message: string) => void;
}

/** The "use your own ratings" part of the page: inviting, working, showing results, or saying what went wrong. */
export class OwnRatings {
  readonly #root = byId('own-ratings');
  readonly #problem = byId('own-problem');
  readonly #work = byId('own-work');
  readonly #bar = byId<HTMLProgressElement>('own-progress');
  readonly #phase = byId('own-phase');
  readonly #result = byId('own-result');
  readonly #recommender: Recommender;
  readonly #actions: OwnRatingsActions;
  #running: AbortController | undefined;

  constructor(recommender: Recommender, actions: OwnRatingsActions) {
    this.#recommender = recommender;
    this.#actions = actions;
    byId('own-choose').prepend(icon('file'));
    byId('own-cancel').addEventListener('click', () => this.#running?.abort());
    acceptFiles((files) => void this.#run(files));
  }

  async #run(files: readonly File[]): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#problem.hidden = true;
    this.#work.hidden = false;
    this.#root.dataset.state = 'working';
    this.#root.scrollIntoView({ block: 'nearest' });
    try {
      const training = await trainOnFiles(
        this.#recommender,
        files,
        ({ words, fraction }) => this.#step(words, fraction),
        running.signal,
      );
      await this.#actions.onTrained(training);
      this.#show(training);
    } catch (error) {
      if (this.#running === running) this.#explain(error);
    } finally {
      if (this.#running === running) {
        this.#running = undefined;
        this.#work.hidden = true;
        if (this.#root.dataset.state === 'working')
          this.#root.dataset.state = this.#result.hidden ? 'inviting' : 'done';
      }
    }
  }

  #step(words: string, fraction: number): void {
    say(this.#phase, words);
    this.#bar.value = fraction;
  }

  #show(training: Training): void {
    const { trained } = training;
    const save = element(
      'button',
      { class: 'button button-small', type: 'button', 'data-testid': 'save-model' },
      icon('save'),
      'Save the model file',
    );
    save.addEventListener('click', () => {
      saveFile(new Blob([trained.modelFile as Uint8Array<ArrayBuffer>]), 'own-ratings.safetensors');
    });
    const back = element(
      'button',
      { class: 'button button-small', type: 'button', 'data-testid': 'back' },
      'Back to the built-in films',
    );
    back.addEventListener('click', () => void this.#goBack());
    this.#result.replaceChildren(resultCard(training, save, back));
    this.#result.hidden = false;
    this.#work.hidden = true;
    this.#root.dataset.state = 'done';
    this.#root.scrollIntoView({ block: 'start' });
    document.documentElement.dataset.trained = 'true';
  }

  async #goBack(): Promise<void> {
    try {
      await this.#actions.onBack();
      this.#result.hidden = true;
      this.#result.replaceChildren();
      this.#root.dataset.state = 'inviting';
      delete document.documentElement.dataset.trained;
      byId('drop-input').focus({ preventScroll: true });
    } catch (error) {
      this.#explain(error);
    }
  }

  /** What was on the page before stays and goes on working. */
  #explain(error: unknown): void {
    if (error instanceof InklingError && error.code === 'aborted') {
      this.#actions.announce('Stopped. Nothing has changed.');
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    say(byId('own-problem-words'), message);
    this.#problem.hidden = false;
  }
}
