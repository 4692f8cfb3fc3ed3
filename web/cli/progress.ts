import cliProgress from 'cli-progress';
import type { LearningPoint, Progress } from '../types.js';
import type { TextOutput } from './context.js';

const LINES_PER_PHASE = 10;

/** Shows how far a command is: a bar on a terminal, a line every tenth of a phase elsewhere. */
export class ProgressReporter {
  private bar: cliProgress.SingleBar | null = null;
  private label = '';
  private linesShown = 0;
  private point: LearningPoint | undefined;

  constructor(private readonly output: TextOutput) {}

  /** Reports on the phase called `label`; for `onProgress`. */
  on(label: string): (progress: Progress) => void {
    return ({ phase, fraction, learning }) => {
      if (learning && learning !== this.point) {
        this.point = learning;
        // Between two lines of the phase; a bar is drawn anew behind it.
        if (this.output.isTTY === true) this.say(pointText(learning));
        else this.output.write(`${pointText(learning)}\n`);
      }
      if (this.output.isTTY === true) this.draw(label, fraction);
      else if (phase !== 'read') this.printLine(label, fraction);
    };
  }

  /** Prints a line of its own. */
  say(text: string): void {
    this.end();
    this.output.write(`${text}\n`);
  }

  /** Removes the bar. */
  end(): void {
    this.bar?.stop();
    this.bar = null;
    this.label = '';
    this.linesShown = 0;
  }

  private draw(label: string, fraction: number): void {
    if (this.bar === null || label !== this.label) {
      this.end();
      this.label = label;
      this.bar = new cliProgress.SingleBar({
        stream: this.output as unknown as NodeJS.WritableStream,
        format: '{label} [{bar}] {percentage}%',
        barCompleteChar: '=',
        barIncompleteChar: ' ',
        hideCursor: true,
        clearOnComplete: true,
      });
      this.bar.start(1, 0, { label });
    }
    this.bar.update(fraction);
  }

  private printLine(label: string, fraction: number): void {
    if (label !== this.label) {
      this.label = label;
      this.linesShown = 0;
    }
    const lines = Math.floor(fraction * LINES_PER_PHASE);
    if (lines <= this.linesShown) return;
    this.linesShown = lines;
    this.output.write(`${label}: ${Math.round((lines / LINES_PER_PHASE) * 100)}%\n`);
  }
}

/** A point of a training's curve in a line. */
function pointText({ epoch, loss, ndcg, hitRate, seconds }: LearningPoint): string {
  const figures = [`loss ${loss.toFixed(4)}`];
  if (ndcg !== undefined && hitRate !== undefined) {
    figures.push(`ndcg@10 ${ndcg.toFixed(4)}`, `hit_rate@10 ${hitRate.toFixed(4)}`);
  }
  figures.push(`${seconds.toFixed(0)} s`);
  return `epoch ${epoch}: ${figures.join(', ')}`;
}
