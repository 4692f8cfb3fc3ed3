import { type ErrorCode } from '../../../web/errors.js';
/** Expects `work` to fail with `code` and a message that holds all of `parts`. */
export declare function expectFailure(
  work: () => unknown,
  code: ErrorCode,
  ...parts: (string | RegExp)[]
): Promise<void>;
