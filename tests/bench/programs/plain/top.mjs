/**
 * The best `count` of what is added, with scores above 0. A heap whose root is the worst that is kept.
 * @param {number} count
 */
export function topOf(count) {
  const items = new Int32Array(count);
  const scores = new Float64Array(count);
  let size = 0;
  const put = (at, item, score) => {
    items[at] = item;
    scores[at] = score;
  };
  return {
    clear: () => {
      size = 0;
    },
    /** What a further score must exceed. */
    threshold: () => (size < count ? 0 : scores[0]),
    add: (item, score) => {
      let at = 0;
      if (size < count) {
        at = size++;
        for (let up = (at - 1) >> 1; at > 0 && scores[up] > score; up = (at - 1) >> 1) {
          put(at, items[up], scores[up]);
          at = up;
        }
      } else {
        for (let down = 1; down < size; down = 2 * at + 1) {
          if (down + 1 < size && scores[down + 1] < scores[down]) down++;
          if (scores[down] >= score) break;
          put(at, items[down], scores[down]);
          at = down;
        }
      }
      put(at, item, score);
    },
    /** The items, best first. */
    sorted: () => {
      const order = [...Array(size).keys()];
      order.sort((a, b) => scores[b] - scores[a] || items[a] - items[b]);
      return Int32Array.from(order, (at) => items[at]);
    },
  };
}
