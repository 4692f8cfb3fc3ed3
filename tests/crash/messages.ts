/** What the page is to do; the answer to its first message. */
export interface Plan {
  /** Whose events. */
  name: string;
  seed: number;
  /** The number of the first event to send. */
  first: number;
  /** After which many the page sends no more and says so. */
  most: number;
  /** Whether everything is erased before anything is sent. */
  erase: boolean;
}

/** What the page tells the test. It waits for the answer to each, but for `acknowledged`. */
export type Told =
  | { kind: 'loaded' }
  | { kind: 'opening' }
  /** All that was found, as `exportData` gave it, and how lists differ from those of the same events in memory. */
  | { kind: 'found'; exported: string; different: string[]; compared: number }
  | { kind: 'erasing' }
  | { kind: 'erased'; left: number }
  /** Only events of smaller numbers are sent until the next message of this kind. */
  | { kind: 'announced'; end: number }
  /** The calls of record() that had these events have resolved. */
  | { kind: 'acknowledged'; ranges: [start: number, end: number][] }
  /** Nothing about the item is under way; all its events so far have smaller numbers than `end`. */
  | { kind: 'forgetting'; item: string; end: number }
  | { kind: 'forgot'; item: string }
  | { kind: 'closing' }
  | { kind: 'finished' }
  | { kind: 'failed'; message: string };

export const ADDRESS = '/crash';
