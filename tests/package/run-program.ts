import { execFile } from 'node:child_process';

export interface Outcome {
  /** Exit code; null when the program had to be ended. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** As a user's shell would run a program: not as a part of a test, and without colours. */
export function shellEnvironment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, VITEST: __, NODE_OPTIONS: ___, FORCE_COLOR: ____, ...env } = process.env;
  return { ...env, NO_COLOR: '1' };
}

/** Runs a program to its end, or ends it when it takes too long. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd: string; timeoutSeconds?: number },
): Promise<Outcome> {
  const { cwd, timeoutSeconds = 40 } = options;
  const env = shellEnvironment();
  return new Promise((resolve) => {
    const limits = { timeout: timeoutSeconds * 1000, maxBuffer: 1 << 26 };
    execFile(program, args, { cwd, env, ...limits }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs a program that must end well. */
export async function runWell(
  program: string,
  args: readonly string[],
  options: { cwd: string; timeoutSeconds?: number },
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(program, args, options);
  if (code !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
  }
  return stdout;
}
