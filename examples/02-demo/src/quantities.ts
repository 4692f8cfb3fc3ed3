/** Numbers as a person reads them. */

const whole = new Intl.NumberFormat('en');

export const count = (value: number): string => whole.format(value);

/** `1 film`, `3,201 films`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

export function bytes(size: number): string {
  if (size < 1000) return counted(size, 'byte');
  if (size < 999_500) return `${Math.round(size / 1000)} KB`;
  return `${(size / 1e6).toFixed(1)} MB`;
}

export function milliseconds(time: number): string {
  return time < 10 ? `${time.toFixed(1)} ms` : `${Math.round(time)} ms`;
}

export const seconds = (time: number): string => `${time.toFixed(time < 10 ? 1 : 0)} s`;
