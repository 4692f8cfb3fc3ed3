import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT, DEMO } from './places.js';
import { StaticServer } from './server.js';

const REPORTS = '/policy-reports';

/** Builds the demo unless it is up to date, as `npm start` does. */
export async function buildDemo(): Promise<void> {
  const code =
    "import { ensurePackage } from './web/build.mjs';" +
    "import { ensureDemo } from './examples/start.mjs';" +
    'await ensureDemo(await ensurePackage());';
  // In a process of its own: this one calls itself a test, which a build would take into account.
  const { NODE_ENV: _, ...env } = process.env;
  const args = ['--input-type=module', '--eval', code];
  await promisify(execFile)(process.execPath, args, { cwd: CHECKOUT, env });
}

/** The demo as built, under the strict policy; violations arrive as requests, in every browser. */
export function startDemoSite(options: { isolated: boolean }): Promise<StaticServer> {
  return StaticServer.start({
    ...options,
    morePolicy: `; report-uri ${REPORTS}`,
    mounts: {
      '/': join(DEMO, 'dist'),
      [REPORTS]: { status: 204 },
      '/favicon.ico': { status: 204 },
    },
  });
}

/** How many violations of the policy the browser has reported to the server. */
export function violations(site: StaticServer): number {
  return site.requests.filter(({ path }) => path === REPORTS).length;
}
