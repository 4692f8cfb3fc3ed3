import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from './chromium.js';
import { buildDemo } from './demo-site.js';
import { DEMO } from './places.js';

/** By which a text would become markup or code. */
const FORBIDDEN = [
  ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTMLUnsafe', 'parseHTMLUnsafe'],
  ...['createContextualFragment', 'DOMParser', 'srcdoc', 'document\\.write', 'document\\.writeln'],
  ...[
    'eval\\s*\\(',
    'new Function',
    'setTimeout\\(\\s*[\'"`]',
    'javascript:',
    '\\son[a-z]+\\s*=\\s*"',
  ],
];
const offences = (text: string) => FORBIDDEN.filter((pattern) => new RegExp(pattern).test(text));

describe("the demo's sources", () => {
  const files = (readdirSync(DEMO, { recursive: true }) as string[])
    .filter((name) => /^(src|films|styles)[/\\]|^[\w.-]+\.(html|ts)$/.test(name))
    .filter((name) => /\.(ts|js|html|css)$/.test(name));

  test.each(files)('%s makes no markup or code of texts', (name) => {
    expect(offences(readFileSync(join(DEMO, name), 'utf8'))).toEqual([]);
  });

  test('there are sources, and each way to make markup of texts would be found in them', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files).toEqual(
      expect.arrayContaining(['index.html', 'what-leaves.html', 'vite.config.ts']),
    );
    const examples = `node.innerHTML = a; node.outerHTML = a; node.insertAdjacentHTML('beforeend', a);
      node.setHTMLUnsafe(a); Document.parseHTMLUnsafe(a); range.createContextualFragment(a); new DOMParser();
      frame.srcdoc = a; document.write(a); document.writeln(a); eval(a); new Function(a); setTimeout('a');
      <a href="javascript:a" onclick="a">`;
    expect(offences(examples)).toEqual(FORBIDDEN);
  });
});

describe.each(['as built', 'while it is developed'] as const)('the demo %s', (kind) => {
  let browser: Chromium;
  let address: string;
  let close: () => Promise<unknown>;

  beforeAll(async () => {
    browser = await launchChromium();
    const vite = await import('vite');
    const options = { configFile: join(DEMO, 'vite.config.ts'), logLevel: 'silent' as const };
    const port = { port: 0, strictPort: false };
    if (kind === 'as built') {
      await buildDemo();
      const server = await vite.preview({ ...options, preview: port });
      close = () => server.close();
      address = server.resolvedUrls?.local[0] ?? '';
    } else {
      const server = await (await vite.createServer({ ...options, server: port })).listen();
      close = () => server.close();
      address = server.resolvedUrls?.local[0] ?? '';
    }
  });

  afterAll(async () => {
    await browser?.close();
    await close?.();
  });

  test.each(['index.html', 'what-leaves.html'])(
    '%s works under a policy of its own, which comes with it and by its server',
    async (file) => {
      const sent = await fetch(address + file);
      await browser.open(address + file);
      const written = await browser.evaluate(async () => {
        while (document.documentElement.dataset.ready !== 'true') {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return document
          .querySelector('meta[http-equiv="Content-Security-Policy"]')
          ?.getAttribute('content');
      });
      expect(written?.split('; ').sort()).toEqual([
        "base-uri 'none'",
        "default-src 'self'",
        "form-action 'none'",
        "frame-src 'none'",
        "object-src 'none'",
        "require-trusted-types-for 'script'",
        "script-src 'self' 'wasm-unsafe-eval'",
        'trusted-types default',
        "worker-src 'self'",
      ]);
      const header = `${written}; frame-ancestors 'none'`;
      expect(sent.headers.get('Content-Security-Policy')).toBe(header);
      expect(sent.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
      if (file === 'index.html') {
        await browser.page.getByTestId('like').first().click();
        const told = () => browser.page.getByTestId('status').innerText();
        await expect.poll(told).toMatch(/^Liked /);
        await browser.page.getByTestId('what-leaves').click();
        await browser.page.waitForURL('**/what-leaves.html');
      } else {
        await browser.page.getByTestId('use').click();
        const told = () => browser.page.getByTestId('happened').innerText();
        await expect.poll(told).toMatch(/^20 opinions recorded/);
        await browser.page.getByTestId('forget').click();
      }
      expect(browser.problems()).toEqual([]);
    },
  );

  test('a script of elsewhere, and text as a script, are refused', async () => {
    await browser.open(`${address}index.html`);
    const refused = await browser.evaluate(() => {
      const tries = [
        () => new Worker('https://elsewhere.invalid/worker.js'),
        () => new Worker('data:text/javascript,1'),
        () => {
          document.createElement('script').text = '1';
        },
        () => {
          document.body.innerHTML = '<b>text</b>';
        },
      ];
      return tries.map((attempt) => {
        try {
          attempt();
          return 'allowed';
        } catch (error) {
          return (error as Error).name;
        }
      });
    });
    expect(refused).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError']);
  });
});
