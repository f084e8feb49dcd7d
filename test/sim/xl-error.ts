/**
 * What a command of the simulated host ends with when it fails: the exit code and the words of the
 * real one.
 */
export class XlError extends Error {
  constructor(
    readonly code: number,
    readonly stderr: string,
    readonly stdout = '',
  ) {
    super(stderr);
  }
}
