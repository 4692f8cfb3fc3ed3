import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProcessGroup } from './processes.js';

export const CRASH_BROWSERS = ['chromium', 'firefox'] as const;
export type CrashBrowser = (typeof CRASH_BROWSERS)[number];

const CHROMIUM_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** No pages of its own at the start, no question after a crash, nothing fetched. */
const FIREFOX_SETTINGS = {
  'browser.sessionstore.resume_from_crash': false,
  'toolkit.startup.max_resumed_crashes': -1,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'browser.aboutwelcome.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
};

/** What a browser says of its own database that is broken. */
const BROKEN_DATABASE = /corrupt|checksum|backing store|malformed/i;

export function profileIn(folder: string): string {
  return join(folder, 'profile');
}

/** Starts a browser with one page, whose profile and temporary files are in a folder of its own. No driver holds it: it is as one that a person has started. */
export async function startBrowser(
  name: CrashBrowser,
  folder: string,
  address: string,
): Promise<ProcessGroup> {
  const [profile, TMPDIR] = [profileIn(folder), join(folder, 'temporary')];
  await Promise.all([profile, TMPDIR].map((each) => mkdir(each, { recursive: true })));
  if (name === 'chromium') {
    const args = [...CHROMIUM_ARGUMENTS, `--user-data-dir=${profile}`, address];
    return ProcessGroup.start('/usr/bin/chromium', args, { TMPDIR });
  }
  const settings = Object.entries(FIREFOX_SETTINGS).map(
    ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(profile, 'user.js'), settings.join(''));
  const args = ['--headless', '--no-remote', '--profile', profile, address];
  return ProcessGroup.start('/usr/bin/firefox-esr', args, {
    TMPDIR,
    MOZ_CRASHREPORTER_DISABLE: '1',
  });
}

/** Where the browser itself has found its database broken: Chromium then begins an empty one. */
export function brokenDatabase({ said }: ProcessGroup): string[] {
  return said.split('\n').filter((line) => BROKEN_DATABASE.test(line));
}
