/** The number a cell holds, or NaN. Unlike `Number`, an empty cell is no zero. */
export function cellNumber(cell: string): number {
  const number = Number(cell);
  return number === 0 && cell.trim() === '' ? Number.NaN : number;
}

const DATE =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;

/**
 * The time a cell holds: a number as it is, an ISO 8601 date (UTC unless it says otherwise) in
 * milliseconds since 1970, else NaN.
 */
export function cellTime(cell: string): number {
  const number = cellNumber(cell);
  if (!Number.isNaN(number)) return number;
  const parts = DATE.exec(cell.trim());
  if (parts === null) return Number.NaN;
  const [, day, time = '00:00', zone = 'Z'] = parts;
  const offset = zone === 'UTC' ? 'Z' : zone.replace(/(\d{2})(\d{2})$/, '$1:$2');
  return Date.parse(`${day}T${time}${offset}`);
}
