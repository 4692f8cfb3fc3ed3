import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonErrorLine } from '../../../web/catalog/json-error.js';

describe('jsonErrorLine', () => {
  const wrong: [string, number][] = [
    ['[\n1,\n2,\n]', 4],
    ['[\n{"a":1,\n}]', 3],
    ['{"a"\n1}', 2],
    ['[1\n2]', 2],
    ['[tru]', 1],
    ['[\n"a\n"]', 2],
    ['[1]\n]', 2],
    ['[1}', 1],
    ['[\n01]', 2],
    ['[\n1,\n\n', 2],
    ["[\n'a']", 2],
    ['{\n1:2}', 2],
  ];
  for (const [text, line] of wrong) {
    it(`finds line ${line} of ${JSON.stringify(text)}`, () => {
      expect(() => JSON.parse(text)).toThrow();
      expect(jsonErrorLine(text)).toBe(line);
    });
  }

  it('finds the line after a string of any length, escapes and all', () => {
    const long = 'x\\"\\\\'.repeat(5_000_000);
    expect(jsonErrorLine(`[{"id":"${long}"},\n{"id":}]`)).toBe(2);
    expect(jsonErrorLine(`[\n"${'x'.repeat(25_000_000)}`)).toBe(2);
  });

  it('finds the line of a stray character put into any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, n) => {
        const lines = JSON.stringify([value], null, 1).split('\n');
        const broken = n % lines.length;
        lines[broken] = `#${lines[broken]}`;
        expect(jsonErrorLine(lines.join('\n'))).toBe(broken + 1);
      }),
    );
  });
});
