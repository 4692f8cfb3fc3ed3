import { describe, expect, it } from 'vitest';
import { ProgressReporter } from '../../../web/cli/progress.js';

const report = (reporter: ProgressReporter) => {
  const on = reporter.on('training ials');
  for (let step = 1; step <= 1000; step++) on({ phase: 'train', fraction: step / 1000 });
};

describe('ProgressReporter', () => {
  it('prints a line every tenth where there is no terminal', () => {
    const lines: string[] = [];
    report(new ProgressReporter({ write: (text) => lines.push(text) }));
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('training ials: 10%\n');
    expect(lines[9]).toBe('training ials: 100%\n');
  });

  it('draws a bar on a terminal and removes it at the end', () => {
    let text = '';
    const terminal = { isTTY: true, columns: 80, write: (part: string) => (text += part) };
    const reporter = new ProgressReporter(terminal);
    report(reporter);
    reporter.say('done');
    expect(text).toContain('training ials [');
    expect(text).toMatch(/done\n$/);
    expect(text.lastIndexOf('\u001B[?25h')).toBeGreaterThan(text.indexOf('\u001B[?25l'));
  });

  it('prints each point of a curve once, between the lines of its phase', () => {
    const lines: string[] = [];
    const reporter = new ProgressReporter({ write: (text) => lines.push(text) });
    const first = { epoch: 1, loss: 7.5, ndcg: 0.1, hitRate: 0.25, seconds: 12.4 };
    for (const learning of [first, first, { epoch: 2, loss: 7, seconds: 20 }]) {
      reporter.on('train sasrec')({ phase: 'train', fraction: 0.15 * learning.epoch, learning });
    }
    expect(lines).toEqual([
      'epoch 1: loss 7.5000, ndcg@10 0.1000, hit_rate@10 0.2500, 12 s\n',
      'train sasrec: 10%\n',
      'epoch 2: loss 7.0000, 20 s\n',
      'train sasrec: 30%\n',
    ]);
  });
});
