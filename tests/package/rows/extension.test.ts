import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { launchChromium } from '../../browser/chromium.js';
import { visit } from '../visited-page.js';
import { App } from './app-folder.js';
import { testRow } from './matrix-row.js';
import { atTheEnd, ENGINES } from './page-checks.js';

/** Chromium calls an unpacked extension by its folder: the hash's digits, as letters from a to p. */
function idOf(folder: string): string {
  const digits = createHash('sha256').update(folder).digest('hex').slice(0, 32);
  return [...digits].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16))).join('');
}

testRow(
  {
    where: 'browser extension',
    version: 'manifest 3',
    checked: 'unpacked extension, the page of its popup; the files as they are',
    engine: ENGINES.chromium,
  },
  async () => {
    const app = await App.make('extension', { files: ['extension'] });
    await app.copyPackage('inkling');
    await app.importFrom('./inkling/index.js');
    const browser = await launchChromium(
      join(app.folder, '..', 'extension-profile'),
      [],
      app.folder,
    );
    atTheEnd(() => browser.close());
    const address = `chrome-extension://${idOf(app.folder)}/index.html?train=ease`;
    const { result, problems } = await visit(browser, address);
    const seen = { item: 'an open sea', source: 'ease' };
    expect(result).toMatchObject({ source: 'tf_idf', trained: seen, served: seen });
    expect(problems).toEqual([]);
  },
);
