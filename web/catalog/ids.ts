const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * What is wrong with `value` as an id, with the cure; null when nothing is. Every well-formed
 * string is an id, the empty one and `__proto__` too.
 */
export function idProblem(value: unknown): string | null {
  if (typeof value === 'string') {
    return LONE_SURROGATE.test(value)
      ? `is ${JSON.stringify(value)}, which holds half of a surrogate pair; ` +
          'expected well-formed text: repair the program that cut the string'
      : null;
  }
  if (value === undefined) return 'is missing; expected a string: give every one an id';
  if (typeof value === 'number' || typeof value === 'bigint') {
    return `is the number ${value}; ids are strings: use String(id), in JSON "${value}"`;
  }
  return `is ${describe(value)}; ids are strings: use String(id)`;
}

/** A short description of any value, for messages. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  }
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`;
  if (typeof value === 'object') return 'an object';
  return typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}
