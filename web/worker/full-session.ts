import type { Engine } from '../engine/engine.js';
import { offPolicyEstimates } from '../engine/off-policy.js';
import type { SessionHost } from './session.js';
import { TrainingSession } from './training-session.js';

/** A session that does all that there is. */
export class FullSession extends TrainingSession<Engine> {
  constructor(host: SessionHost<Engine>) {
    super(host);
    this.handlers.reranked = (request, context) => this.recommend(request, context);
    this.handlers.offPolicy = async (log) => offPolicyEstimates(this.loaded(), log);
  }
}
