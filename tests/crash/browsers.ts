import { writeFile } from 'node:fs/promises';
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

/** Starts a browser on a profile folder with one page. No driver holds it: it is as one that a person has started. */
export async function startBrowser(
  name: CrashBrowser,
  profile: string,
  address: string,
): Promise<ProcessGroup> {
  if (name === 'chromium') {
    const args = [...CHROMIUM_ARGUMENTS, `--user-data-dir=${profile}`, address];
    return ProcessGroup.start('/usr/bin/chromium', args);
  }
  const settings = Object.entries(FIREFOX_SETTINGS).map(
    ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(profile, 'user.js'), settings.join(''));
  const args = ['--headless', '--no-remote', '--profile', profile, address];
  return ProcessGroup.start('/usr/bin/firefox-esr', args, { MOZ_CRASHREPORTER_DISABLE: '1' });
}
