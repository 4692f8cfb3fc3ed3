import type { Training } from '#engine-module';
import type { LearningPoint, Progress } from '../types.js';
import { owning } from './heap.js';
import type { ServingEngine } from './serving-engine.js';
import type { SlicedWork } from './slices.js';
import { check } from './status.js';
import type { LearningOptions } from './training-engine.js';

const NUMBERS_A_POINT = 5;

/** A training with a curve: what it learned after each epoch, and all it takes to go on from there. */
export class LearningRun implements SlicedWork {
  readonly curve: LearningPoint[] = [];
  /** Not yet told. */
  private checkpoint: Uint8Array | undefined;

  /** @throws InklingError `invalid_argument`, `corrupt_model_file` for what is to be resumed */
  constructor(
    private readonly engine: ServingEngine,
    private readonly training: Training,
    private readonly options: LearningOptions,
  ) {
    const { wasm, heap, module } = engine;
    const { resume } = options;
    if (resume)
      owning((own) => check(wasm, module.resumeTraining(training, wasm, own(heap.write(resume)))));
    this.readCurve();
  }

  totalWork(): number {
    return this.training.totalWork();
  }

  doneWork(): number {
    return this.training.doneWork();
  }

  step(work: number): void {
    const { wasm } = this.engine;
    const start = performance.now();
    check(wasm, this.training.step(wasm, work));
    this.engine.module.stepTook(this.training, (performance.now() - start) / 1000);
    if (!this.readCurve() || !this.options.checkpoints) return;
    this.checkpoint = owning((own) => {
      const out = own(new this.engine.module.Buffer(0));
      check(wasm, this.engine.module.saveCheckpoint(this.training, wasm, out));
      return this.engine.heap.read(out, Uint8Array).slice();
    });
  }

  told(): Partial<Progress> {
    const learning = this.curve.at(-1);
    const { checkpoint } = this;
    this.checkpoint = undefined;
    return { ...(learning && { learning }), ...(checkpoint && { checkpoint }) };
  }

  /** Whether there is a new point. */
  private readCurve(): boolean {
    const numbers = owning((own) => {
      const out = own(new this.engine.module.Buffer(0));
      this.engine.module.curveOf(this.training, this.curve.length, out);
      return this.engine.heap.read(out, Float64Array).slice();
    });
    for (let n = 0; n < numbers.length; n += NUMBERS_A_POINT) {
      const point = numbers.subarray(n, n + NUMBERS_A_POINT);
      const [epoch = 0, loss = 0, ndcg = 0, hitRate = 0, seconds = 0] = point;
      this.curve.push({
        epoch,
        loss,
        ...(!Number.isNaN(ndcg) && { ndcg, hitRate }),
        seconds,
      });
    }
    return numbers.length > 0;
  }
}
