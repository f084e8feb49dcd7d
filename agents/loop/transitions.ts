/** Logs and counts what the agent does to domains and what becomes of them. Nothing else does. */
import type { Log } from '../log';
import type { Act, Report } from '../reconcile/types';
import type { Failure } from '../xl/errors';

/** Acts that change something on the Dom0. */
export type ActName = Exclude<Act['do'], 'idle' | 'report'>;
type Phase = Report['phase'];

export class Transitions {
  private readonly counts = new Map<string, number>();
  private readonly phases = new Map<string, Phase>();

  constructor(private readonly log: Log) {}

  begin(uuid: string, act: ActName, epoch: number | undefined): void {
    this.count(act);
    this.log.info({ uuid, act, epoch }, 'an act begins');
  }

  /** `failure`: undefined if only a new look at the domain can tell. */
  failed(uuid: string, act: ActName, failure?: Failure): void {
    this.count(`${act} failed`);
    this.log.warn({ uuid, act, ...(failure ?? { reason: 'Unclear' }) }, 'an act did not succeed; looking again');
  }

  /** What is said of a domain from now on. The same phase again is no transition. */
  phase(uuid: string, { phase, reason, message }: Report): void {
    const from = this.phases.get(uuid);
    if (from === phase) return;
    this.phases.set(uuid, phase);
    // An agent that has just begun has seen no transition.
    if (from !== undefined) this.count(`${from} to ${phase}`);
    this.log.info({ uuid, from, phase, reason, message }, 'the phase of a domain');
  }

  /** From now on nothing is said of this domain. */
  forget(uuid: string): void {
    this.phases.delete(uuid);
  }

  /** How often each act and transition happened since the agent began. */
  counted(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }

  private count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}
