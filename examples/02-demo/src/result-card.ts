import { element } from './elements.ts';
import { bytes, count, counted, seconds } from './quantities.ts';
import type { Training } from './training.ts';

const METRICS = [
  {
    key: 'recall@20',
    short: 'recall',
    name: 'Recall@20',
    meaning: 'of the ratings held out, the share found among the first 20',
  },
  {
    key: 'ndcg@20',
    short: 'ndcg',
    name: 'NDCG@20',
    meaning: 'the same, and finding them near the top counts more',
  },
] as const;

function bar(
  label: string,
  value: number,
  largest: number,
  testId: string,
  kind: string,
): HTMLElement {
  const row = element(
    'div',
    { class: `versus versus-${kind}` },
    element('span', { class: 'versus-label' }, label),
    element(
      'span',
      { class: 'versus-track', 'aria-hidden': 'true' },
      element('span', { class: 'versus-bar' }),
    ),
    element('span', { class: 'versus-figure', 'data-testid': testId }, value.toFixed(4)),
  );
  row.style.setProperty('--share', (value / largest).toFixed(4));
  return row;
}

/** How the model did on ratings it had not seen, beside popularity on the very same ratings. */
export function resultCard(training: Training, ...actions: HTMLElement[]): HTMLElement {
  const { popularity, model, trained, seconds: total, catalogue } = training;
  const groups = METRICS.map(({ key, short, name, meaning }) => {
    const ours = model.metrics[key] ?? 0;
    const theirs = popularity.metrics[key] ?? 0;
    const largest = Math.max(ours, theirs, Number.MIN_VALUE);
    const times = theirs > 0 ? `${(ours / theirs).toFixed(1)}× popularity` : '';
    return element(
      'section',
      { class: 'metric' },
      element(
        'h3',
        { class: 'metric-name' },
        name,
        element('span', { class: 'metric-times' }, times),
      ),
      element('p', { class: 'metric-meaning' }, meaning),
      bar('iALS', ours, largest, `result-ials-${short}`, 'model'),
      bar('popularity', theirs, largest, `result-popularity-${short}`, 'popularity'),
    );
  });
  const fact = (figure: string, words: string) =>
    element('div', { class: 'fact' }, element('dd', {}, figure), element('dt', {}, words));
  return element(
    'div',
    { class: 'result' },
    element(
      'div',
      { class: 'result-head' },
      element(
        'h2',
        { class: 'result-title', tabindex: -1 },
        `Trained in this tab in ${seconds(total)}.`,
      ),
      element('div', { class: 'result-actions' }, ...actions),
    ),
    element(
      'p',
      { class: 'result-words' },
      `A fifth of the ratings was held out, for ${counted(model.test_users, 'person', 'people')}; every film they had not rated was ranked. Nothing left this device.`,
    ),
    element('div', { class: 'metrics' }, ...groups),
    element(
      'dl',
      { class: 'facts' },
      fact(count(trained.users), 'people'),
      fact(count(catalogue.films.size), 'films'),
      fact(count(trained.interactions), 'ratings of 3.5 stars or more'),
      fact(seconds(trained.seconds), 'training'),
      fact(bytes(trained.modelFile.byteLength), 'model file'),
      fact(model.variant, `${counted(model.threads, 'thread')}`),
    ),
  );
}
