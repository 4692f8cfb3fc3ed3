/** Words of Chinese, Japanese, Thai and other languages without spaces, as the host's dictionaries have them. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

export function tokenize(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment, isWordLike }) =>
    isWordLike ? segment : '',
  ).filter((word) => word !== '');
}
