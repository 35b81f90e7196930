/** Exit statuses of the command line (docs/cli.md). 130 and 143 are the shell's for signals. */
export const ExitStatus = {
  done: 0,
  exceeded: 1,
  usage: 2,
  input: 3,
  output: 4,
  cannotTell: 5,
  bug: 70,
} as const;
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/**
 * The one error type that a user can cause. `message` is a single line that says what is wrong,
 * where (`file` or `file:line`) and what to do; everything else thrown is a bug in pvflame.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  constructor(
    message: string,
    readonly status: ExitStatus,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An input could not be used (exit status 3). `where` is a file, or file:line. */
export function inputError(
  where: string,
  what: string,
  advice: string,
  cause?: unknown,
): UserError {
  return new UserError(`${where}: ${what}; ${advice}`, ExitStatus.input, { cause });
}

/** What the operating system says of a path that cannot be read (ELOOP, ENAMETOOLONG, EACCES, ...), as a user's error. */
export function systemError(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || path === undefined || syscall === undefined) return undefined;
  const what = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
  return inputError(path, what, 'check the path and its permissions', error);
}

/** The command line was wrong (exit status 2). */
export function usageError(message: string): UserError {
  return new UserError(message, ExitStatus.usage);
}
