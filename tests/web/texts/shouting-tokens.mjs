/** Whole lines, and the field's name. */
export function tokenize(text, field) {
  if (text === 'throw') throw new Error('not this one');
  if (text === 'nothing') return undefined;
  if (text === 'numbers') return [1];
  const lines = text.split('\n');
  return field === undefined ? lines : [...lines, `in:${field}`, '#Marked'];
}
