/** One call of a command of the simulated host. */
import type { SimXen } from './xen';

export interface CommandContext {
  readonly cwd?: string;
  /** The process that called was killed: what it was doing is not gone on with. */
  readonly signal?: AbortSignal;
}

export interface Call {
  readonly xen: SimXen;
  readonly args: readonly string[];
  readonly context: CommandContext;
  /** What was said so far; a command that fails later has said it nevertheless. */
  readonly said: { stdout: string; stderr: string };
}
