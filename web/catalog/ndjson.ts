/** Receives one line that is not blank, with its 1-based number. */
export type LineHandler = (line: string, number: number) => void;

/** Divides text that arrives in pieces into lines. */
export class LineReader {
  private rest = '';
  private number = 1;

  constructor(private readonly handle: LineHandler) {}

  push(text: string, final = false): void {
    const lines = (this.rest + text).split('\n');
    this.rest = final ? '' : (lines.pop() as string);
    for (const line of lines) {
      if (line.trim() !== '') this.handle(line, this.number);
      this.number++;
    }
  }
}
