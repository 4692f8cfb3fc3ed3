import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { foldText } from '../../../web/engine/fold-text.js';
import { open } from '../opened-recommender.js';
import { termWeights } from './term-weights.js';

/** Debian's package unicode-data. */
const UNICODE_DATA = '/usr/share/unicode/UnicodeData.txt';

test.skipIf(!existsSync(UNICODE_DATA))(
  'a character is a part of words exactly where the host calls it a letter, mark or number',
  async () => {
    const codes: number[] = [];
    let first = 0;
    for (const line of readFileSync(UNICODE_DATA, 'utf8').split('\n').filter(Boolean)) {
      const [code = '', name = ''] = line.split(';');
      const last = Number.parseInt(code, 16);
      if (!name.endsWith('Last>')) first = last;
      for (let each = first; each <= last; each++) codes.push(each);
    }
    const characters = codes
      .filter((code) => code < 0xd800 || code > 0xdfff)
      .map((code) => String.fromCodePoint(code))
      .filter((character) => foldText(character) === character);
    expect(characters.length).toBeGreaterThan(270_000);
    const catalog = characters.map((character, n) => ({ id: `${n}`, title: `qq${character}ww` }));
    const recommender = await open({ catalog });
    const { modelFile } = await recommender.train([{ user: 'u', item: '0' }], { model: 'tf_idf' });
    const rows = termWeights(modelFile);
    /** Points of Arabic and Hebrew, and what nobody sees. */
    const dropped: string[] = [];
    const wrong = characters.filter((character, n) => {
      const terms = [...(rows[n]?.keys() ?? [])];
      if (terms[0] === 'qqww') {
        dropped.push(character);
        return false;
      }
      const parted = terms.join(' ') === 'qq ww';
      const part = terms.join(' ').replaceAll(' ', '').includes(character);
      return /[\p{L}\p{M}\p{N}]/u.test(character) ? !part : !parted;
    });
    expect(wrong).toEqual([]);
    expect(dropped.length).toBeGreaterThan(400);
    const unexpected = dropped.filter(
      (character) =>
        !/[\p{Script=Arabic}\p{Script=Hebrew}\p{Mn}\p{Me}\p{Cf}\u0640]/u.test(character),
    );
    expect(unexpected).toEqual([]);
    expect(dropped.filter((character) => /\p{Lo}/u.test(character))).toEqual([]);
  },
);
