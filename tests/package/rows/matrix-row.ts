import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** A row of the table that `npm run test:package` ends with. */
export interface Row {
  /** Bundler, runtime or kind of page. */
  where: string;
  version?: string;
  /** What was done and looked at. */
  checked: string;
  /** Where the page ran. */
  engine?: string;
}

declare module 'vitest' {
  interface TaskMeta {
    row?: Row;
  }
}

/** A test that is a row of the table. */
export function testRow(row: Row, work: () => Promise<void>): void {
  const { where, version, checked, engine } = row;
  const name = [where, version].filter(Boolean).join(' ');
  test(`${name}: ${checked}${engine ? `, in ${engine}` : ''}`, async ({ task }) => {
    task.meta.row = row;
    expect.hasAssertions();
    await work();
  });
}

const modules = fileURLToPath(new URL('../matrix/node_modules', import.meta.url));

/** The folder of a module of the matrix. */
export const moduleFolder = (name: string) => join(modules, name);

/** @param name as in the matrix's package.json */
export async function versionOf(name: string): Promise<string> {
  const text = await readFile(join(moduleFolder(name), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
