/** Receives one line that is not blank, with its 1-based number. */
export type LineHandler = (line: string, number: number) => void;

/** Divides text that arrives in pieces into lines. */
export class LineReader {
  private rest: string[] = []; // joined once the line ends: a long one is not copied with each piece
  private number = 1;
  /** Characters of a line whose end has not come yet. */
  waiting = 0;

  constructor(private readonly handle: LineHandler) {}

  push(text: string, final = false): void {
    this.rest.push(text);
    this.waiting += text.length;
    if (!final && !text.includes('\n')) return;
    const lines = this.rest.join('').split('\n');
    this.rest = final ? [] : [lines.pop() as string];
    this.waiting = this.rest[0]?.length ?? 0;
    for (const line of lines) {
      if (line.trim() !== '') this.handle(line, this.number);
      this.number++;
    }
  }
}
