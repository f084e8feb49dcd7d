/** The agent of one host, by its contract: what it does about the order it last saw. */
import type { XenDomain } from '../../../crds/generated/types';
import type { Sighting } from '../../../operator/plan/world';

export interface Report extends Omit<Sighting, 'namespace' | 'name' | 'host'> {
  readonly nonce: string;
}

export class Dom0 {
  running = 0;
  /** Epochs up to this are refused. */
  fence = 0;
  /** The receipt: looked for after that, and gone. */
  retired = 0;
  /** Highest epoch of the record; 0: none. */
  epoch = 0;
  frozen = false;
  cache: XenDomain | undefined;
  report: Report | undefined;

  /** The order as the API has it now. One that vanished freezes its domain. */
  see(order: XenDomain | undefined): void {
    this.cache = structuredClone(order);
    this.frozen = order === undefined && this.epoch > this.retired;
  }

  /** Answers with the status to write; undefined where there is nothing to say. `half`: the process dies before its receipt. */
  act(half: boolean): XenDomain['status'] {
    if (this.cache === undefined) return undefined;
    const { epoch, desired } = this.cache.spec;
    if (desired === 'Absent') return this.#retire(epoch, half);
    if (epoch <= this.fence || epoch < this.epoch) return { epoch, refusedEpoch: Math.max(this.fence, this.epoch) };
    this.epoch = epoch;
    this.running = desired === 'Running' ? epoch : 0;
    return { epoch, phase: desired };
  }

  #retire(epoch: number, half: boolean): XenDomain['status'] {
    if (epoch < this.epoch && this.retired < this.epoch) return { epoch, refusedEpoch: this.fence };
    this.epoch = Math.max(this.epoch, epoch);
    // The fence is durable before the domain is looked for: a death in between leaves it, and whatever runs.
    this.fence = Math.max(this.fence, epoch);
    if (half) return { epoch, phase: 'Stopping', refusedEpoch: this.fence };
    this.running = 0;
    this.retired = Math.max(this.retired, epoch);
    return { epoch, phase: 'Absent', refusedEpoch: this.fence, retiredEpoch: this.retired };
  }

  answer(nonce: string): void {
    const orphan = this.cache === undefined && (this.running > 0 || this.frozen);
    this.report = {
      nonce,
      present: this.running > 0,
      orphan,
      epoch: this.epoch,
      retiredEpoch: this.retired,
      refusedEpoch: this.fence,
    };
  }
}
