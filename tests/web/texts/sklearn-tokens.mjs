/** What scikit-learn's own token pattern finds: two characters or more, an underscore among them. */
export function tokenize(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
}
