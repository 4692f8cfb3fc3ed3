/** What lower case alone leaves apart, though folding makes it equal: ß and ss, two sigmas, an iota below, old letters. */
const FOLDED_BY_UPPER_CASE = /\u0345|[ßς\u1c80-\u1c88]/g;
const NOT_ASCII = /\P{ASCII}/u;
const SPACE = /[\s\p{Cc}]+/gu;

/**
 * Text as all that becomes a term is written: two texts come out equal exactly when Unicode's compatibility forms (NFKC)
 * and its full case folding make them equal. The host knows both; tables of our own would be an eighth of the download.
 */
export function foldText(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD') // accents apart, so that what is below a letter stands last
    .toLowerCase()
    .replace(FOLDED_BY_UPPER_CASE, (letter) => letter.toUpperCase().toLowerCase())
    .normalize('NFKC');
}

/** A tag as it is compared: folded, with single spaces and none at the ends. */
export function foldTag(tag: string): string {
  return foldText(tag).replace(SPACE, ' ').trim();
}
