import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Slices } from '../catalog/zip.js';

/** A file, of which only the slices that are asked for are read. Ends before its start are empty, as in a `Blob`. */
export class FileSlices implements Slices {
  private constructor(
    private readonly file: FileHandle,
    readonly size: number,
  ) {}

  /** Opens a file, hands it to `use`, and closes it again. */
  static async with<T>(path: string, use: (file: FileSlices) => Promise<T>): Promise<T> {
    const file = await open(path);
    try {
      return await use(new FileSlices(file, (await file.stat()).size));
    } finally {
      await file.close();
    }
  }

  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> } {
    const length = Math.max(0, Math.min(end, this.size) - start);
    return { arrayBuffer: () => this.read(start, length) };
  }

  private async read(start: number, length: number): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.file.read(bytes, done, length - done, start + done);
      if (bytesRead === 0) break; // the file has become shorter
      done += bytesRead;
    }
    return bytes.buffer.slice(0, done);
  }
}
