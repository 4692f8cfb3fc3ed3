import { expect } from 'vitest';
import { type ErrorCode, InklingError } from '../../../web/errors.js';

/** Expects `work` to fail with `code` and a message that holds all of `parts`. */
export async function expectFailure(
  work: () => unknown,
  code: ErrorCode,
  ...parts: (string | RegExp)[]
): Promise<void> {
  let failure: unknown;
  try {
    await work();
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(InklingError);
  const { code: given, message } = failure as InklingError;
  expect({ code: given, message }).toEqual({ code, message });
  for (const part of parts) {
    if (typeof part === 'string') expect(message).toContain(part);
    else expect(message).toMatch(part);
  }
}
