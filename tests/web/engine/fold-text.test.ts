import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldTag, foldText } from '../../../web/engine/fold-text.js';

/** Debian's package unicode-data. */
const UNICODE = '/usr/share/unicode';
const inUnicode = (name: string) => join(UNICODE, name);
const rows = (text: string) =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').split(';'))
    .filter(({ length }) => length > 1);
const textOf = (codes: string) =>
  String.fromCodePoint(
    ...codes
      .trim()
      .split(/\s+/)
      .map((code) => Number.parseInt(code, 16)),
  );

describe('folded text', () => {
  it('makes equal what differs in case or form only', () => {
    for (const [one, other] of [
      ['Straße', 'STRASSE'],
      ['STRAẞE', 'strasse'],
      ['ΟΔΟΣ', 'οδος'],
      ['Ὀδυσσεύς', 'ὈΔΥΣΣΕΎΣ'],
      ['ᾳ', 'ΑΙ'],
      ['ﬁlm', 'FILM'],
      ['ＩＮＫ ４２', 'ink 42'],
      ['ｱﾆﾒ', 'アニメ'],
      ['ガ', 'カ\u3099'],
      ['각', '\u1100\u1161\u11a8'],
      ['Café', 'CAFE\u0301'],
      ['ЁЛКА', 'е\u0308лка'],
      ['İ', 'i\u0307'],
      ['ǰ', 'J\u030c'],
      ['Ϊ\u0301', 'ΐ'],
      ['ﷺ', 'صلى الله عليه وسلم'],
      ['Ⅷ', 'viii'],
      ['ꭰ', 'Ꭰ'],
    ] as const) {
      expect([one, foldText(one)]).toEqual([one, foldText(other)]);
    }
  });

  it('keeps apart what are two letters', () => {
    for (const [one, other] of [
      ['ı', 'i'],
      ['İ', 'i'],
      ['é', 'e'],
      ['ä', 'ae'],
      ['は', 'ハ'],
      ['云', '雲'],
    ] as const) {
      expect(foldText(one)).not.toBe(foldText(other));
    }
  });

  it('is the same folded again, however it is cut by spaces', () => {
    const letters = fc.constantFrom(
      ...'aBßẞΣςσİıIéÉ\u0301\u0307\u0345ᾳΐΪǰ東ガカ\u3099각\u1100\u1161 ﬁ\v',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(letters, fc.string({ unit: 'binary' }))), (parts) => {
        const text = parts.join('');
        const folded = foldText(text);
        expect(foldText(folded)).toBe(folded);
        const cut = text.split('\v').map(foldText).join('\v');
        expect(folded).toBe(cut);
      }),
      { numRuns: 2000 },
    );
  });

  it('makes tags equal that differ in white space', () => {
    expect(foldTag('  Science \t Fiction\n')).toBe('science fiction');
    expect(foldTag('Sci-Fi & More!')).toBe('sci-fi & more!');
    expect(foldTag('ÉTÉ\u00a0Σ\u3000日本')).toBe('été σ 日本');
    expect(foldTag(' a\u001fb\u001ec\u0085d ')).toBe('a b c d');
    expect(foldTag(' \n\t')).toBe('');
  });
});

describe.skipIf(!existsSync(inUnicode('CaseFolding.txt')))('folded text of all of Unicode', () => {
  const folding = new Map<number, string>();
  for (const [code, status = '', to = ''] of rows(read('CaseFolding.txt'))) {
    if (/[CF]/.test(status)) folding.set(Number.parseInt(code as string, 16), textOf(to));
  }
  /** By the tables: canonical order first, for the iota below; again until nothing changes. */
  const byTables = (text: string): string => {
    const folded = [...text.normalize('NFKD')]
      .map((letter) => folding.get(letter.codePointAt(0) as number) ?? letter)
      .join('')
      .normalize('NFKC');
    return folded === text ? text : byTables(folded);
  };
  /** Those of the tables' version: a newer host knows more. */
  const assigned: number[] = [];
  let first = 0;
  for (const [code = '', name = ''] of rows(read('UnicodeData.txt'))) {
    const last = Number.parseInt(code, 16);
    if (!name.endsWith('Last>')) first = last;
    for (let each = first; each <= last; each++) assigned.push(each);
  }
  const letters = assigned
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code));

  const known = new Set(letters);

  it('is equal for two code points exactly when the tables make them equal', () => {
    expect(folding.size).toBeGreaterThan(1500);
    expect(letters.length).toBeGreaterThan(280_000);
    const tableOf = new Map<string, string>();
    const ourOf = new Map<string, string>();
    const wrong = letters.filter((letter) => {
      const [ours, theirs] = [foldText(letter), byTables(letter)];
      const agree =
        (tableOf.get(ours) ?? theirs) === theirs && (ourOf.get(theirs) ?? ours) === ours;
      tableOf.set(ours, theirs);
      ourOf.set(theirs, ours);
      return !agree || foldText(ours) !== ours;
    });
    expect(wrong).toEqual([]);
  });

  it('is equal for words exactly when the tables make them equal', () => {
    const cased = letters.filter(
      (letter) => byTables(letter) !== letter || letter.toUpperCase() !== letter,
    );
    const marks = [...'\u0301\u0307\u0308\u0313\u0323\u0342\u0345\u030c'];
    const part = fc.oneof(fc.constantFrom(...cased), fc.constantFrom(...marks));
    const changes = [
      (text: string) => text.toUpperCase(),
      (text: string) => text.toLowerCase(),
      (text: string) => text.normalize('NFD'),
      (text: string) => text.normalize('NFKC'),
      (text: string) => [...text].reverse().join(''),
    ];
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...changes),
        (parts, change) => {
          const text = parts.join('');
          const changed = change(text);
          fc.pre([...changed].every((letter) => known.has(letter)));
          expect(foldText(text) === foldText(changed)).toBe(byTables(text) === byTables(changed));
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('is equal for all forms of the normalization test', () => {
    const unpacked = spawnSync('bzip2', ['-dc', inUnicode('NormalizationTest.txt.bz2')], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    const cases = rows(unpacked.stdout).filter(({ length }) => length > 4);
    expect(cases.length).toBeGreaterThan(18_000);
    const wrong = cases.filter((columns) => {
      const forms = columns.slice(0, 5).map(textOf).map(foldText);
      return new Set(forms).size > 1;
    });
    expect(wrong).toEqual([]);
  });
});

function read(name: string): string {
  return readFileSync(inUnicode(name), 'utf8');
}
