/**
 * @typedef {object} Shape
 * @property {number} numUsers
 * @property {number} numItems
 * @property {number} numTrain interactions, besides one test item a user
 * @property {number} numNegatives of each user
 */

/** A user with nothing to learn from, or one who has met nearly everything, is no test. */
const FEWEST_ITEMS = 19;
const MOST_ITEMS_SHARE = 0.6;
/** Exponents of rank: with them a tenth of users or items has nearly half of the rows. */
const USER_EXPONENT = 0.8;
const ITEM_EXPONENT = 1;
/** So that there is something to learn: items of the user's own group count as this many others. */
const NUM_GROUPS = 12;
const OWN_GROUP_WEIGHT = 12;

/**
 * Interactions of which few users and few items have most. The same shape and seed give the same.
 * @param {Shape} shape
 * @param {number} seed
 * @returns {import('../programs/interaction-arrays.mjs').BenchData}
 */
export function generatePowerLaw({ numUsers, numItems, numTrain, numNegatives }, seed) {
  const random = mulberry32(seed);
  const lengths = shuffle(rowLengths({ numUsers, numItems, numTrain }), random);
  const itemRanks = shuffle([...Array(numItems).keys()], random);
  const popularity = itemRanks.map((rank) => (rank + 1) ** -ITEM_EXPONENT);
  const parts = { train: [], test: [], negatives: [] };
  for (const [user, length] of lengths.entries()) {
    const group = user % NUM_GROUPS;
    // The smallest of exponential variables with these rates are a sample without replacement.
    const keys = Float64Array.from(popularity, (rate, item) => {
      const own = item % NUM_GROUPS === group;
      return -Math.log(1 - random()) / (own ? rate * OWN_GROUP_WEIGHT : rate);
    });
    const last = keys.slice().sort()[length];
    const items = [...keys.keys()];
    const isMet = (item) => keys[item] <= last;
    const met = shuffle(items.filter(isMet), random);
    const others = shuffle(
      items.filter((item) => !isMet(item)),
      random,
    ).slice(0, numNegatives);
    parts.test.push([user, met[0]]);
    for (const item of met.slice(1)) parts.train.push([user, item]);
    for (const item of others) parts.negatives.push([user, item]);
  }
  const columns = (rows) => ({
    users: Int32Array.from(rows, ([user]) => user),
    items: Int32Array.from(rows, ([, item]) => item),
    values: Float32Array.from(rows, ratingOf),
  });
  const pairs = Object.entries(parts).map(([part, rows]) => [part, columns(rows)]);
  return { numUsers, numItems, ...Object.fromEntries(pairs) };
}

/** From 1 to 5: high for an item of the user's own group, and always the same for the same two. */
function ratingOf([user, item]) {
  const liked = user % NUM_GROUPS === item % NUM_GROUPS ? 3 : 2;
  return liked + ((user * 7 + item * 13) % 5 < 2 ? 1 : 0) + (item % 3) - 1;
}

/** Training rows of the users, most first; they sum to numTrain. */
function rowLengths({ numUsers, numItems, numTrain }) {
  const most = Math.floor(numItems * MOST_ITEMS_SHARE);
  const lengthsAt = (scale) =>
    Array.from({ length: numUsers }, (_, rank) =>
      Math.min(most, Math.max(FEWEST_ITEMS, Math.floor(scale * (rank + 1) ** -USER_EXPONENT))),
    );
  const sum = (lengths) => lengths.reduce((total, length) => total + length, 0);
  let low = 0;
  let high = most * numUsers;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (sum(lengthsAt(middle)) <= numTrain) low = middle;
    else high = middle;
  }
  const lengths = lengthsAt(low);
  for (let missing = numTrain - sum(lengths), user = 0; missing > 0; user++) {
    if (lengths[user % numUsers] === most) continue;
    lengths[user % numUsers]++;
    missing--;
  }
  return lengths;
}

function shuffle(list, random) {
  for (let n = list.length - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1));
    [list[n], list[other]] = [list[other], list[n]];
  }
  return list;
}

/** Uniform numbers from 0 to 1, without 1. */
export function mulberry32(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
