import { batches, eventOf, type NumberedEvent, numberOf } from './events.js';

/** What was seen over all restarts. Only the first three may be above 0. */
export interface Findings {
  acknowledged: number;
  /** Sent and found, though the kill came before the acknowledgement was told. */
  unacknowledged: number;
  forgotten: number;
  /** Acknowledged and not found. */
  lost: number;
  duplicated: number;
  /** Found, but never sent, or not as it was sent. */
  foreign: number;
  /** Found in another order than they were sent, without one sent before, or a part of one record(). */
  disordered: number;
  /** Found although forgetting or erasing them was acknowledged, or half of what was to go with one call. */
  remaining: number;
}

const NOTHING: Findings = {
  acknowledged: 0,
  unacknowledged: 0,
  forgotten: 0,
  lost: 0,
  duplicated: 0,
  foreign: 0,
  disordered: 0,
  remaining: 0,
};

export const FAULTS = ['lost', 'duplicated', 'foreign', 'disordered', 'remaining'] as const;

interface Forgetting {
  item: string;
  end: number;
  done: boolean;
}

/** Hears what a page says it does and judges what is found after its end. */
export class Witness {
  readonly findings: Findings = { ...NOTHING };
  /** One line for each fault. */
  readonly faults: string[] = [];
  /** Found last time, and not forgotten by then. */
  private stored: number[] = [];
  private acknowledgedNow = new Set<number>();
  private forgettings: Forgetting[] = [];
  private erasing: 'no' | 'begun' | 'done' = 'no';
  private first = 0;
  private announced = 0;
  private seed = 0;

  /** The number of the first event that the next page may send. */
  get next(): number {
    return this.announced;
  }

  get size(): number {
    return this.stored.length;
  }

  /** A page begins that sends events from `next` on, in batches of this seed. */
  begin(seed: number): void {
    this.first = this.announced;
    this.seed = seed;
  }

  announce(end: number): void {
    this.announced = end;
  }

  acknowledge(start: number, end: number): void {
    for (let number = start; number < end; number++) this.acknowledgedNow.add(number);
    this.findings.acknowledged += end - start;
  }

  forgetting(item: string, end: number): void {
    this.forgettings.push({ item, end, done: false });
  }

  forgot(item: string): void {
    const last = this.forgettings.findLast((each) => each.item === item);
    if (last) last.done = true;
  }

  eraseBegins(): void {
    this.erasing = 'begun';
  }

  eraseEnds(left: number): void {
    this.erasing = 'done';
    if (left > 0) this.fault('remaining', left, `${left} events directly after erase()`);
  }

  /** Compares what was found after the end with what was told before it. */
  judge(events: readonly NumberedEvent[]): void {
    const numbers = this.recognized(events);
    const found = new Set(numbers);
    for (const [n, number] of numbers.entries()) {
      const before = numbers[n - 1] ?? -1;
      if (before >= number) this.fault('disordered', 1, `event ${number} stands after ${before}`);
    }
    const expected = this.judgeErasing(found);
    const gone = this.judgeForgetting(expected, found);
    for (const number of expected) {
      if (!found.has(number) && !gone.has(number)) {
        this.fault('lost', 1, `event ${number} (${JSON.stringify(eventOf(number))}) is lost`);
      }
    }
    this.judgeBatches(found, gone);
    for (const number of found) {
      const before = number < this.first;
      if (!before && !this.acknowledgedNow.has(number)) this.findings.unacknowledged++;
    }
    this.findings.forgotten += [...gone].filter((number) => !found.has(number)).length;
    this.stored = numbers;
    this.acknowledgedNow = new Set();
    this.forgettings = [];
    this.erasing = 'no';
  }

  /** Each number that was found, once, in the order of the log. */
  private recognized(events: readonly NumberedEvent[]): number[] {
    const numbers: number[] = [];
    const once = new Set<number>();
    const known = new Set(this.stored);
    for (const event of events) {
      const number = numberOf(event);
      const sent = number !== null && number < this.announced;
      if (!sent || (number < this.first && !known.has(number))) {
        this.fault('foreign', 1, `${JSON.stringify(event)} was never sent, or is back`);
      } else if (once.has(number)) {
        this.fault('duplicated', 1, `event ${number} is there twice`);
      } else {
        once.add(number);
        numbers.push(number);
      }
    }
    return numbers;
  }

  /** Erasing comes before anything is sent. Cut off, it has done all of its work or none. */
  private judgeErasing(found: ReadonlySet<number>): number[] {
    const now = [...this.acknowledgedNow];
    if (this.erasing === 'no') return [...this.stored, ...now];
    const old = this.stored.filter((number) => found.has(number)).length;
    if (this.erasing === 'begun' && old === this.stored.length) return [...this.stored, ...now];
    if (old > 0)
      this.fault('remaining', old, `${old} events of ${this.stored.length} after erase()`);
    return now;
  }

  /** What may be missing because its item was forgotten. */
  private judgeForgetting(expected: readonly number[], found: ReadonlySet<number>): Set<number> {
    const gone = new Set<number>();
    for (const { item, end, done } of this.forgettings) {
      const about = [...expected, ...range(this.first, this.announced)].filter(
        (number) => number < end && eventOf(number).item === item && !gone.has(number),
      );
      const there = new Set(about.filter((number) => found.has(number)));
      if (there.size > 0 && (done || there.size < new Set(about).size)) {
        const what = done ? 'forgotten' : 'half forgotten';
        this.fault('remaining', there.size, `${there.size} events about ${item}, ${what}`);
      }
      if (there.size === 0) for (const number of about) gone.add(number);
    }
    return gone;
  }

  /** Of what the last page sent, everything up to the end of one of its calls must be there. */
  private judgeBatches(found: ReadonlySet<number>, gone: ReadonlySet<number>): void {
    const last = Math.max(-1, ...[...found, ...gone].filter((number) => number >= this.first));
    let start = this.first;
    for (const size of batches(this.seed)) {
      if (start > last) return;
      const missing = range(start, start + size).filter((n) => !found.has(n) && !gone.has(n));
      const unexplained = missing.filter((number) => !this.acknowledgedNow.has(number));
      if (unexplained.length > 0) {
        const text = `events ${unexplained.join(', ')} are missing, and ${last} is there`;
        this.fault('disordered', unexplained.length, text);
      }
      start += size;
    }
  }

  private fault(kind: (typeof FAULTS)[number], count: number, text: string): void {
    this.findings[kind] += count;
    this.faults.push(`${kind}: ${text}`);
  }
}

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, n) => start + n);
}
