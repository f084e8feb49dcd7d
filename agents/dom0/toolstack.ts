/**
 * The acts that end a domain or retire it, each under the lock of its UUID on the Dom0, each with a
 * closed set of outcomes.
 */
import { explain } from '../xl/errors';
import type { Failure } from '../xl/errors';
import type { ExecResult, HostPort } from '../host/port';
import { ABSENT, BUSY, EXISTS, UNKNOWN } from '../host/exit-codes';
import type { Layout } from './layout';

/** timeout(1)'s. */
const TIMED_OUT = 124;

/** done: what was asked is true now. unclear: look again before anything else. */
export type ActOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'unclear'; readonly failure: Failure }
  | { readonly kind: 'failed'; readonly failure: Failure };

const ACT_DEADLINE_MS = 120_000;

export class Toolstack {
  constructor(
    private readonly host: HostPort,
    private readonly layout: Layout,
  ) {}

  /**
   * Asks the guest; presses the power button of one that has no PV drivers. A guest that does not
   * answer in time stays asked.
   */
  async shutdown(uuid: string, seconds: number): Promise<ActOutcome> {
    const polite = await this.run(uuid, 'shutdown', [uuid, String(seconds)]);
    const noDrivers = polite.code !== null && polite.stderr.includes('PV control interface not available');
    const result = noDrivers ? await this.run(uuid, 'shutdown', [uuid, '-F', String(seconds)]) : polite;
    return [ABSENT, TIMED_OUT].includes(result.code ?? 0) ? { kind: 'done' } : outcomeOf('xl shutdown', result);
  }

  /** Every domain of the UUID, or only the one that is `still` so. */
  async destroy(uuid: string, still?: { domid: number; state: 'shutdown' | 'paused' }): Promise<ActOutcome> {
    const args = still ? [uuid, String(still.domid), still.state === 'paused' ? 'p' : 's'] : [uuid];
    return outcomeOf('xl destroy', await this.run(uuid, 'destroy', args));
  }

  async retire(uuid: string, epoch: number): Promise<ActOutcome> {
    return outcomeOf('retiring', await this.run(uuid, 'retire', [this.layout.stateDir, uuid, String(epoch)]));
  }

  private run(uuid: string, script: string, args: readonly string[]): Promise<ExecResult> {
    return this.host.locked(uuid, script, args, { deadlineMs: ACT_DEADLINE_MS });
  }
}

export function outcomeOf(what: string, result: ExecResult): ActOutcome {
  if (result.end === 'exited' && result.code === 0) return { kind: 'done' };
  const failure = explain(what, result);
  const unclear = result.end !== 'exited' || [UNKNOWN, EXISTS, BUSY].includes(result.code ?? 0);
  return { kind: unclear ? 'unclear' : 'failed', failure };
}
