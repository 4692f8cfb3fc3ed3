/** ` (did you mean "x"?)` for the known name closest to `given`, or nothing when none is close. */
export function didYouMean(given: string, known: readonly string[], prefix = ''): string {
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const edits = editDistance(normal(given), normal(name));
    if (edits < fewest) {
      best = name;
      fewest = edits;
    }
  }
  return best === undefined ? '' : ` (did you mean ${prefix}${best}?)`;
}

function normal(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/** How many letters must be put in, left out or replaced, wherever they stand: swapped ones cost nothing. */
function editDistance(a: string, b: string): number {
  let rest = b;
  let lacking = 0;
  for (const letter of a) {
    if (rest.includes(letter)) rest = rest.replace(letter, '');
    else lacking++;
  }
  return Math.max(lacking, rest.length);
}
