import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeEach, describe, expect, it } from 'vitest';
import { useDirectory } from './command-line.js';

const MAIN = fileURLToPath(new URL('../../../web/cli/main.ts', import.meta.url));
const FAKE = fileURLToPath(new URL('./fake-engine.ts', import.meta.url));

describe('the process', () => {
  const directory = useDirectory();
  let cli = '';

  // The real entry, bundled as it will be, with the fake engine in place of the wasm.
  beforeEach(async () => {
    directory.write('package.json', '{"version":"9.8.7","type":"module"}');
    await mkdir(directory.path('dist'));
    cli = directory.path('dist/cli.js');
    await build({
      entryPoints: [MAIN],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: cli,
      banner: {
        js:
          '#!/usr/bin/env node\nimport { createRequire as requireOf } from "node:module";' +
          'const require = requireOf(import.meta.url);',
      },
      plugins: [
        {
          name: 'fake-engine',
          setup: ({ onResolve }) =>
            onResolve({ filter: /\/engine\/(load-node|ranker)\.js$/ }, () => ({ path: FAKE })),
        },
      ],
    });
  });

  function start(argv: readonly string[]) {
    const child = spawn(process.execPath, [cli, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, stdout, stderr })),
    );
    return { child, ended, stderrSoFar: () => stderr };
  }

  it('exits with 0, results on stdout and progress on stderr', async () => {
    const file = directory.write('r.csv', 'u,a,5\nu,b,3\n');
    const argv = ['evaluate', '--interactions', file, '--model', 'ials', '--json'];
    const { code, stdout, stderr } = await start(argv).ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ users: 1, items: 2 });
    expect(stderr).toContain('2 interactions');
  });

  it('exits with 1 for wrong data and 2 for wrong usage, with nothing on stdout', async () => {
    const file = directory.write('r.csv', '');
    const argv = ['evaluate', '--interactions', file, '--model', 'ials', '--json'];
    const data = await start(argv).ended;
    expect(data).toMatchObject({ code: 1, stdout: '' });
    expect(data.stderr).toMatch(/^error: .*r\.csv: the file is empty/);
    const usage = await start(['evaluat']).ended;
    expect(usage).toMatchObject({ code: 2, stdout: '' });
    expect(usage.stderr).toMatch(/^error: .*did you mean evaluate/);
  });

  it('tells the version of the package', async () => {
    expect(await start(['--version']).ended).toMatchObject({ code: 0, stdout: '9.8.7\n' });
  });

  it('stops on Ctrl-C with code 130 and leaves no file', async () => {
    const file = directory.write('r.csv', 'u,a,5\n');
    const out = directory.path('m');
    const run = start([
      ...['train', '--interactions', file, '--model', 'ials', '--out', out],
      ...['--set', 'iterations=1000000'],
    ]);
    while (!run.stderrSoFar().includes('100%')) await new Promise((r) => setTimeout(r, 10));
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/error: stopped/);
    expect(existsSync(out)).toBe(false);
    expect(directory.names()).toEqual(['dist', 'package.json', 'r.csv']);
  });
});
