/** Slow and failing calls: what a test or a person has asked the simulated host to do wrong. */
import { XlError } from './xl-error';
import { sleep } from './clock';
import type { SimClock } from './clock';

export type Fault =
  | { readonly kind: 'fail'; readonly code: number; readonly stderr: string }
  /** `create` only: the host finds no memory, whatever the account says. */
  | { readonly kind: 'oom' }
  | { readonly kind: 'hang' };

export class Faults {
  /** Extra time of every call of that command, in milliseconds; `*` for any. */
  readonly delaysMs = new Map<string, number>();
  /** The commands that have not ended yet. */
  readonly running: string[] = [];
  private readonly hung = new Set<(error: XlError) => void>();
  private readonly queued: { command: string; fault: Fault; times: number }[] = [];

  constructor(private readonly clock: SimClock) {}

  add(command: string, fault: Fault, times = 1): void {
    this.queued.push({ command, fault, times });
  }

  /** Somebody ends the calls that hang: each fails as a process that is told to end. */
  endHung(): void {
    for (const end of this.hung) end(new XlError(143, 'Terminated\n'));
    this.hung.clear();
  }

  clear(): void {
    this.queued.length = 0;
    this.delaysMs.clear();
  }

  /** Takes one fault of that kind for the command, if one is queued. */
  take(command: string, kind: Fault['kind']): Fault | undefined {
    const found = this.queued.find(
      (entry) => entry.fault.kind === kind && (entry.command === command || entry.command === '*'),
    );
    if (!found) return undefined;
    if (--found.times <= 0) this.queued.splice(this.queued.indexOf(found), 1);
    return found.fault;
  }

  /** Runs a command, after its delay; or fails it, or never ends it. */
  async during<T>(command: string, act: () => T | Promise<T>): Promise<T> {
    this.running.push(command);
    try {
      if (this.take(command, 'hang')) await new Promise<never>((_, reject) => this.hung.add(reject));
      const delayMs = this.delaysMs.get(command) ?? this.delaysMs.get('*') ?? 0;
      if (delayMs > 0) await sleep(this.clock, delayMs);
      const failure = this.take(command, 'fail');
      if (failure?.kind === 'fail') throw new XlError(failure.code, failure.stderr);
      return await act();
    } finally {
      this.running.splice(this.running.indexOf(command), 1);
    }
  }
}
