/**
 * A reason for which set-up cannot go on, told so that a person can act on it:
 * what was wrong, what was expected, what to do. The command line prints its
 * message without a stack.
 */
export class SetupError extends Error {
  name = 'SetupError';
}
