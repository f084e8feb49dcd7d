/**
 * Does this agent act for its host? Its heartbeat Lease is held as a leader holds one: by one
 * process at a time.
 */
import { HeldElsewhere } from '../../common/kube/heartbeat';
import { leaseHolder } from '../../common/names';

const UNKNOWN = 'unknown';

export class Tenure {
  private state: 'unknown' | 'held' | 'elsewhere' = 'unknown';
  private everHeld = false;

  constructor(
    /** Name of the host: what agents of an older version wrote as the holder. */
    private readonly name: string,
    /** Tells this process from all others. */
    private readonly process: string,
  ) {}

  /**
   * Begins with the machine, so that the next agent of the same machine knows its own; then the
   * boot of the Dom0, so that the operator knows which boot lives.
   */
  identity(machineID: string | undefined, bootID: string | undefined): string {
    return leaseHolder(machineID ?? UNKNOWN, bootID ?? UNKNOWN, this.process);
  }

  /**
   * The first beat may follow an earlier process of the same machine at once. Who has lost the
   * Lease to such a one waits like anybody.
   */
  mayTake(holder: string, machineID: string | undefined): boolean {
    if (holder.endsWith(`/${this.process}`)) return true;
    if (this.everHeld) return false;
    return holder === this.name || (machineID !== undefined && holder.startsWith(`${machineID}/`));
  }

  /** True if what this agent may do has changed. */
  beat(error?: unknown): boolean {
    const before = this.state;
    if (error === undefined) {
      this.state = 'held';
      this.everHeld = true;
    } else if (error instanceof HeldElsewhere) this.state = 'elsewhere';
    return this.state !== before;
  }

  /**
   * By orders of the API: only with the Lease. From disk, while the API cannot be asked: unless
   * another is known to hold it.
   */
  mayAct(heard: boolean): boolean {
    return this.state === 'held' || (this.state === 'unknown' && !heard);
  }
}
