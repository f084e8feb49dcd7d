/**
 * Whether this agent acts for its host. One process at a time holds the heartbeat Lease, as with
 * the Lease of a leader.
 */
import { HeldElsewhere } from '../../common/kube/heartbeat';
import { leaseHolder } from '../../common/names';

const UNKNOWN = 'unknown';

export class Tenure {
  private state: 'unknown' | 'held' | 'elsewhere' = 'unknown';
  private everHeld = false;
  /** Another process has held the Lease since this one began. */
  private wasElsewhere = false;

  constructor(
    /** Name of the host. Agents of an older version wrote it as the holder. */
    private readonly name: string,
    /** Tells this process from all others. */
    private readonly process: string,
  ) {}

  /**
   * Begins with the machine, so that the next agent on this machine knows it as its own. Then comes
   * the boot of the Dom0, so that the operator knows which boot lives.
   */
  identity(machineID: string | undefined, bootID: string | undefined): string {
    return leaseHolder(machineID ?? UNKNOWN, bootID ?? UNKNOWN, this.process);
  }

  /**
   * An agent that never held the Lease may take it from another process of its machine at once. One
   * that lost it to such a process waits like anybody.
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
    } else if (error instanceof HeldElsewhere) {
      this.state = 'elsewhere';
      this.wasElsewhere = true;
    }
    return this.state !== before;
  }

  /** It has the Lease, and knows nothing of what another did meanwhile: it is to begin anew. */
  get isOutdated(): boolean {
    return this.wasElsewhere && this.state === 'held';
  }

  /**
   * By orders of the API it acts only with the Lease. By orders on disk, while the API cannot be
   * asked, it acts unless another is known to hold the Lease. It never acts after another has held
   * it: what that one did is on the Dom0, and not in the memory of this process.
   */
  mayAct(heard: boolean): boolean {
    if (this.wasElsewhere) return false;
    return this.state === 'held' || (this.state === 'unknown' && !heard);
  }
}
