import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeDocuments, encodeTexts } from '../../../web/engine/training-set.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const slices = ({ bytes, offsets }: ReturnType<typeof encodeTexts>) =>
  Array.from({ length: offsets.length - 1 }, (_, n) =>
    decoder.decode(bytes.slice(offsets[n], offsets[n + 1])),
  );

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'grapheme', minLength: 20_000, maxLength: 40_000, size: 'max' }),
  fc.constantFrom('', '\u0000', '\u001f', 'naïve – 推荐', '\n'),
);

test('texts are given back as they were, alone or many at once', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
      expect(slices(encodeTexts(texts))).toEqual(texts);
      const documents = slices(encodeDocuments(texts));
      // White space may follow, and nothing else.
      expect(documents.map((document) => document.replace(/\v$/, ''))).toEqual(texts);
    }),
    { numRuns: 60 },
  );
});

test('a text that holds the mark which separates texts is not cut', () => {
  for (const texts of [['a\vb', 'c'], ['\v'], ['', '\v', '\v\v', 'd'], ['a', 'b\v']]) {
    expect(slices(encodeDocuments(texts))).toEqual(texts);
  }
});
