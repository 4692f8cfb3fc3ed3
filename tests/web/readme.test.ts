import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { AUTO_MODELS } from '../../web/selection/metrics.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');

/** Contents of the first fenced block of a language. */
function block(language: string): string {
  const found = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'm').exec(readme)?.[1];
  if (found === undefined) throw new Error(`the README has no block of ${language}`);
  return found;
}

test("the README's example runs and prints what the README says", () => {
  const folder = `${root}tests/output/readme`; // inside the package, so that it can import itself by name
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/example.mjs`, block('js'));
  expect(execFileSync(process.execPath, [`${folder}/example.mjs`], { encoding: 'utf8' })).toBe(
    block('text'),
  );
});

test("the first example is the README's", () => {
  expect(readFileSync(`${root}examples/01-first-list/first-list.mjs`, 'utf8')).toBe(block('js'));
});

test.each(['vite/vite.config.js', 'rollup/rollup.config.js'])(
  'the configuration that the README shows is the one that is tested: %s',
  (file) => {
    const shown = [...readme.matchAll(/^```js\n\/\/ (\S+\.js).*\n([\s\S]*?)^```/gm)];
    const config = shown.find(([, name]) => file.endsWith(`/${name}`))?.[2];
    expect(config).toBe(readFileSync(`${root}tests/package/matrix/apps/${file}`, 'utf8'));
  },
);

test('the README names the models that auto tries', () => {
  const [, row = ''] = /^\| `auto` \| (.*) on held-out data/m.exec(readme) ?? [];
  const named = [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(named.sort()).toEqual([...AUTO_MODELS].sort());
});

test('every file that the README links to is there', () => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] as string);
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect(() => readFileSync(root + link)).not.toThrow();
});

test('the version is the same in package.json, CMakeLists.txt and the changelog', () => {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    version: string;
  };
  expect(readFileSync(`${root}CMakeLists.txt`, 'utf8')).toContain(
    `project(inkling VERSION ${version} `,
  );
  expect(readFileSync(`${root}CHANGELOG.md`, 'utf8')).toContain(`## ${version}`);
});
