/**
 * The acts that end or retire a domain. Each holds the lock of the UUID on the Dom0 and has a
 * closed set of outcomes.
 */
import type { Owner } from '../reconcile/owner';
import { busy } from '../xl/busy';
import { explain } from '../xl/errors';
import type { Failure } from '../xl/errors';
import { ownerText } from '../xl/mark';
import type { ExecResult, HostPort } from '../host/port';
import { ABSENT, BUSY, EXISTS, NOT_YOURS, UNKNOWN } from '../host/exit-codes';
import type { Layout } from './layout';

/** The exit code of timeout(1). */
const TIMED_OUT = 124;

/** done: what was asked is true now. unclear: look at the host before anything else. */
export type ActOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'unclear'; readonly failure: Failure }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The state that a domain must still be in to be ended. */
interface Still {
  readonly domid: number;
  readonly state: 'shutdown' | 'paused';
}

const ACT_DEADLINE_MS = 120_000;

export class Toolstack {
  constructor(
    private readonly host: HostPort,
    private readonly layout: Layout,
  ) {}

  /**
   * Asks the guest. One without PV drivers gets a press of its power button. A guest that does not
   * answer in time may still shut down.
   */
  async shutdown(uuid: string, owner: Owner, seconds: number): Promise<ActOutcome> {
    const args = [uuid, ownerText(owner)];
    const polite = await this.run(uuid, 'shutdown', [...args, String(seconds)]);
    const noDrivers = polite.code !== null && polite.stderr.includes('PV control interface not available');
    const result = noDrivers ? await this.run(uuid, 'shutdown', [...args, '-F', String(seconds)]) : polite;
    return [ABSENT, TIMED_OUT].includes(result.code ?? 0) ? { kind: 'done' } : ofDomain('xl shutdown', result);
  }

  /** Ends every domain of the UUID, or only the one that is still in the state `still`. */
  async destroy(uuid: string, owner: Owner, still?: Still): Promise<ActOutcome> {
    const only = still ? [String(still.domid), still.state === 'paused' ? 'p' : 's'] : [];
    return ofDomain('xl destroy', await this.run(uuid, 'destroy', [uuid, ownerText(owner), ...only]));
  }

  async retire(uuid: string, epoch: number): Promise<ActOutcome> {
    return outcomeOf('retiring', await this.run(uuid, 'retire', [this.layout.stateDir, uuid, String(epoch)]));
  }

  private run(uuid: string, script: string, args: readonly string[]): Promise<ExecResult> {
    return this.host.locked(uuid, script, args, { deadlineMs: ACT_DEADLINE_MS });
  }
}

/** The owner was checked before the lock was taken; by now the mark names somebody else. */
function ofDomain(what: string, result: ExecResult): ActOutcome {
  if (result.code !== NOT_YOURS) return outcomeOf(what, result);
  const message = `${result.stderr.trim()}; nothing is touched until a person has ended it with xl, or has set the mark right`;
  return { kind: 'failed', failure: { reason: 'ForeignDomain', message } };
}

export function outcomeOf(what: string, result: ExecResult): ActOutcome {
  if (result.code === 0) return { kind: 'done' };
  if (result.code === BUSY) return { kind: 'unclear', failure: busy(what, 'domain') };
  const failure = explain(what, result);
  const unclear = result.end !== 'exited' || [UNKNOWN, EXISTS].includes(result.code ?? 0);
  return { kind: unclear ? 'unclear' : 'failed', failure };
}
