/**
 * The host port: everything the agent may do to a Dom0. Two real bodies (local process, ssh2) and
 * one simulated (test/sim); all three pass the same contract test. Paths are absolute paths of the
 * Dom0.
 */

export interface ExecOptions {
  /** Bytes for the command's standard input; none by default. */
  readonly stdin?: string;
  /**
   * Milliseconds until the call gives up (default 60 000). The command itself MAY STILL RUN
   * afterwards: observe again, never blindly retry.
   */
  readonly deadlineMs?: number;
  /**
   * Bytes kept of stdout and of stderr each (default 4 MiB); more is drained, dropped and flagged
   * as `truncated`.
   */
  readonly maxOutputBytes?: number;
  /** Gives up early, as if the deadline had passed. */
  readonly signal?: AbortSignal;
}

/**
 * How a command ended. Only `exited` with code 0 is success; every other end leaves the host's
 * state unknown.
 */
export type ExecEnd = 'exited' | 'signalled' | 'deadline' | 'disconnected' | 'not-started';

export interface ExecResult {
  readonly end: ExecEnd;
  /** Exit code; null unless `end` is `exited`. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
}

export interface PutOptions {
  /**
   * False: a power loss may take it back or leave it empty. For what is made anew before it is
   * used; a body may be durable all the same.
   */
  readonly durable?: boolean;
}

export interface HostPort {
  /** A name for logs, e.g. `local` or `ssh://root@dom0-1:22`. */
  readonly name: string;
  /**
   * Runs one command; argv is never parsed by a shell of the caller's making. Never rejects:
   * failures are in the result.
   */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /**
   * Runs one of the agent's shipped scripts (agents/host/scripts/<script>.sh) with `args` as $1…,
   * holding the lock `lock` on the Dom0 for as long as the script runs, also when the agent dies,
   * the connection breaks or the deadline passes meanwhile. `lock` is a UUID or a word of
   * [a-z0-9-]. Exit code 45: the lock was not free in nine tenths of the deadline, and nothing was
   * run. What the codes 40 to 44 mean is told in scripts/lib.sh.
   */
  locked(lock: string, script: string, args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /**
   * The file's text, or undefined if it does not exist. Rejects with HostError if that cannot be
   * told.
   */
  readFile(path: string): Promise<string | undefined>;
  /**
   * Writes atomically and durably (temporary file, fsync, rename, mode 0600), making parent
   * folders. Rejects with HostError.
   */
  putFile(path: string, text: string, options?: PutOptions): Promise<void>;
  /** Removes a file; a missing one is no error. */
  removeFile(path: string): Promise<void>;
  /**
   * The visible names in a folder, sorted (a leading dot marks unfinished writes); an absent folder
   * is empty.
   */
  listDir(path: string): Promise<string[]>;
  /** Ends connections; running commands are not ended. */
  close(): Promise<void>;
}

/** The host could not be asked, or gave no usable answer: what is there is unknown. */
export class HostError extends Error {
  override readonly name = 'HostError';
}
