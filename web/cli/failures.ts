/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do its work, for a reason that is not the engine's: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The work was stopped from outside, and something is left of it: exit code 130. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

/** What went wrong with a file, in words, and what to do. */
export function fileProblem(error: unknown): string {
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'ENOENT':
      return 'there is no such file or directory; check the path';
    case 'EACCES':
    case 'EPERM':
      return 'permission is denied; check who may read and write there';
    case 'EISDIR':
      return 'this is a directory; give the path of a file';
    case 'ENOTDIR':
      return 'a part of the path is a file, not a directory; check the path';
    case 'ENOSPC':
      return 'the disk is full; free some space';
    case 'EROFS':
      return 'the file system is read-only; choose another place';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
