import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { runWell, shellEnvironment } from '../run-program.js';
import { moduleFolder } from './matrix-row.js';

const apps = fileURLToPath(new URL('../matrix/apps', import.meta.url));

/** An app in a folder of its own: it has installed the tarball, and what it is bundled or tested with. */
export class App {
  private constructor(readonly folder: string) {}

  /**
   * @param name of the folder
   * @param files folders below apps/ whose files it has, besides those of the page
   * @param modules what it imports or runs, by name → module of the matrix
   */
  static async make(
    name: string,
    { files = [], modules = {} }: { files?: string[]; modules?: Record<string, string> } = {},
  ): Promise<App> {
    const installed = inject('app');
    const app = new App(join(dirname(installed), name));
    await cp(join(installed, 'web-app'), app.folder, { recursive: true });
    for (const each of files) await cp(join(apps, each), app.folder, { recursive: true });
    const inkling = join('node_modules', 'inkling');
    await cp(join(installed, inkling), app.path(inkling), { recursive: true });
    for (const [as, module] of Object.entries(modules)) {
      const link = app.path('node_modules', as);
      await mkdir(dirname(link), { recursive: true });
      await symlink(moduleFolder(module), link);
    }
    await app.write('package.json', JSON.stringify({ name, private: true, type: 'module' }));
    return app;
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(file)), { recursive: true });
    await writeFile(this.path(file), text);
  }

  /** The page's script imports this instead of the package. */
  async importFrom(place: string): Promise<void> {
    const main = await readFile(this.path('main.js'), 'utf8');
    const changed = main.replace("from 'inkling'", `from '${place}'`);
    if (changed === main) throw new Error(`main.js has no import to replace by ${place}`);
    await this.write('main.js', changed);
  }

  /** Puts files of the package into a folder of the app, all of dist/ unless some are named. */
  async copyPackage(to: string, isWanted: (file: string) => boolean = () => true): Promise<void> {
    const dist = this.path('node_modules', 'inkling', 'dist');
    // Folders too: the first is dist itself.
    const filter = (file: string) => file === dist || isWanted(file.slice(dist.length + 1));
    await cp(dist, this.path(to), { recursive: true, filter });
  }

  /** Runs a program of one of its modules to its end; gives what it prints. */
  async run(program: string, ...args: string[]): Promise<string> {
    return runWell(this.path('node_modules', program), args, {
      cwd: this.folder,
      timeoutSeconds: 120,
    });
  }

  /** Starts a program that serves, and waits until it tells its address. */
  async serve(program: string, ...args: string[]): Promise<RunningServer> {
    const child = spawn(this.path('node_modules', program), args, {
      cwd: this.folder,
      env: shellEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const close = async () => {
      child.kill();
      await ended;
    };
    let told = '';
    const address = new Promise<string>((resolve, reject) => {
      const hear = (text: string) => {
        told += text;
        const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(told) ?? [];
        if (found) resolve(found);
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
      void ended.then(() => reject(new Error(`${program} ended: ${told}`)));
      setTimeout(() => reject(new Error(`${program} tells no address: ${told}`)), 30_000).unref();
    });
    try {
      return { address: await address, told: () => told, close };
    } catch (error) {
      await close();
      throw error;
    }
  }
}

export interface RunningServer {
  address: string;
  /** What it has printed. */
  told(): string;
  close(): Promise<void>;
}
