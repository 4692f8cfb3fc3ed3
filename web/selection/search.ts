import type { ModelName, Settings } from '../types.js';

/** A model with settings, to be tried. */
export interface Candidate {
  model: ModelName;
  settings: Settings;
}

/** One look at a candidate. */
export interface Trial extends Candidate {
  /** Counts from 1, in the order of the search. */
  trial: number;
  bracket: number;
  /** Share of the passes and of the validation users: 1 is the whole. */
  fidelity: number;
  /** Of the metric, on the validation part; null when the trial failed. */
  value: number | null;
  seconds: number;
  /** Why it failed; empty when it did not. */
  failure: string;
}

export interface SearchOptions {
  /** Tried first, each in full where `always` says so. */
  first: readonly Candidate[];
  /** Draws another one, given the best so far; null when there is nothing more to draw. */
  draw: (best: readonly Trial[]) => Candidate | null;
  /**
   * Trains on the training part and measures on the validation part. Errors end the search, failures are returned;
   * null when the time ended before it did, which ends the search too.
   */
  look: (
    candidate: Candidate,
    fidelity: number,
  ) => Promise<{ value: number } | { failure: string } | null>;
  larger: boolean;
  maxTrials: number;
  /** Whether the time is over. */
  timeIsUp: () => boolean;
  /** Trials of an earlier run: what they tried is not tried again. */
  known?: readonly Trial[];
  onTrial?: (trial: Trial, fresh: boolean) => Promise<void> | void;
}

const FIDELITIES = [0.25, 0.5, 1] as const;
const CANDIDATES_PER_BRACKET = 8;

/**
 * Random search with successive halving (Jamieson & Talwalkar, "Non-stochastic best arm identification and
 * hyperparameter optimization", AISTATS 2016): of the candidates of a bracket the better half gets twice the passes and
 * validation users, until the last are tried in full. Brackets follow each other until the trials or the time are used
 * up. The first candidate is always tried in full.
 *
 * @returns all trials, in their order
 */
export async function search(options: SearchOptions): Promise<Trial[]> {
  const { first, draw, larger, maxTrials, timeIsUp, known = [], onTrial } = options;
  const earlier = new Map(known.map((trial) => [keyOf(trial, trial.fidelity), trial]));
  const trials: Trial[] = [];
  const over = () => trials.length >= maxTrials || timeIsUp();

  const tryOut = async (
    candidate: Candidate,
    bracket: number,
    fidelity: number,
  ): Promise<Trial | null> => {
    const found = earlier.get(keyOf(candidate, fidelity));
    const start = performance.now();
    const outcome = found ? { value: null, failure: '' } : await options.look(candidate, fidelity);
    if (outcome === null) return null;
    const trial: Trial = {
      trial: trials.length + 1,
      bracket,
      fidelity,
      ...candidate,
      value: found ? found.value : 'value' in outcome ? outcome.value : null,
      seconds: found ? found.seconds : (performance.now() - start) / 1000,
      failure: found ? found.failure : 'failure' in outcome ? outcome.failure : '',
    };
    trials.push(trial);
    await onTrial?.(trial, !found);
    return trial;
  };

  for (let bracket = 1; !over(); bracket++) {
    let candidates: Candidate[] = bracket === 1 ? [...first] : [];
    const wanted = Math.max(CANDIDATES_PER_BRACKET, candidates.length);
    while (candidates.length < wanted) {
      const drawn = draw(ranked(trials, larger));
      if (!drawn) break;
      candidates.push(drawn);
    }
    if (candidates.length === 0) break;
    for (const fidelity of FIDELITIES) {
      const round: Trial[] = [];
      for (const candidate of candidates) {
        if (over()) return trials;
        const trial = await tryOut(candidate, bracket, fidelity);
        if (!trial) return trials;
        round.push(trial);
      }
      const best = ranked(round, larger).slice(0, Math.ceil(candidates.length / 2));
      candidates = best.map(({ model, settings }) => ({ model, settings }));
      const [standard] = first;
      const stillIn = (each: Candidate) => keyOf(each, 1) === keyOf(standard as Candidate, 1);
      const works = round.some((trial) => stillIn(trial) && trial.value !== null);
      if (bracket === 1 && fidelity < 1 && standard && works && !candidates.some(stillIn)) {
        candidates.push(standard);
      }
    }
  }
  return trials;
}

/** The best first; those that saw more of the data before those that saw less; failures are left out. */
export function ranked(trials: readonly Trial[], larger: boolean): Trial[] {
  return trials
    .filter((trial) => trial.value !== null)
    .sort(
      (a, b) =>
        b.fidelity - a.fidelity ||
        (larger ? 1 : -1) * ((b.value as number) - (a.value as number)) ||
        a.trial - b.trial,
    );
}

/** Candidates with the same key are the same, whatever the order of their settings. */
export function keyOf({ model, settings }: Candidate, fidelity: number): string {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([model, sorted, fidelity]);
}
