import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { runWell } from './run-program.js';

/** What `npm pack` says it has packed. */
export interface PackedFile {
  path: string;
  size: number;
  mode: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of an app that has installed the tarball and nothing else. */
    app: string;
    tarball: string;
    packed: PackedFile[];
  }
}

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const consumer = fileURLToPath(new URL('./consumer', import.meta.url));

/** Packs the checkout and installs the tarball in an empty folder, without a network. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'inkling-package-'));
  const app = join(folder, 'app');
  try {
    const report = await runWell('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: checkout,
    });
    const [pack] = JSON.parse(report) as [{ filename: string; files: PackedFile[] }];
    const tarball = join(folder, pack.filename);
    await mkdir(app);
    const description = { name: 'an-app', version: '1.0.0', private: true, type: 'module' };
    await writeFile(join(app, 'package.json'), JSON.stringify(description));
    await runWell('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], {
      cwd: app,
    });
    await cp(consumer, app, { recursive: true });
    provide('app', app);
    provide('tarball', tarball);
    provide('packed', pack.files);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return () => rm(folder, { recursive: true, force: true });
}
