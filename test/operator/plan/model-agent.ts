/** The agent of one host, by its contract: what it does about the order it last saw. */
import type { XenDomain } from '../../../crds/generated/types';
import type { Sighting } from '../../../operator/plan/vm/facts';

export interface Report extends Omit<Sighting, 'host'> {
  readonly nonce: string;
  readonly bootID: string;
}

export class Dom0 {
  running = 0;
  /** Every epoch up to this is refused here for good, and its domain is gone. */
  retiredEpoch = 0;
  /** Highest epoch of the record; 0: none. */
  epoch = 0;
  frozen = false;
  /** Power: without it nothing runs and nobody answers. */
  on = true;
  /** Its agent is stopped: what runs goes on, and nobody answers. */
  silent = false;
  /** Whose the record is. */
  owner = { namespace: '', name: '' };
  cache: XenDomain | undefined;
  report: Report | undefined;
  #boot = 1;

  /** `boots: false` is the planted fault: an order starts in whatever boot it is heard. */
  constructor(
    readonly name: string,
    readonly boots = true,
  ) {}

  get bootID(): string {
    return `${this.name}-boot${this.#boot}`;
  }

  powerOff(): void {
    this.on = false;
    this.running = 0;
  }

  /** What the agent heard of orders before is forgotten with its process; what is on disk stays. */
  powerOn(): void {
    if (this.on) this.powerOff();
    this.on = true;
    this.#boot += 1;
    this.cache = undefined;
  }

  /** The order as the API has it now. One that vanished freezes its domain. */
  see(order: XenDomain | undefined): void {
    if (!this.on || this.silent) return;
    this.cache = structuredClone(order);
    this.frozen = order === undefined && this.epoch > this.retiredEpoch;
  }

  /**
   * Answers with the status to write. Undefined if there is nothing to say. `half`: the process
   * dies before its receipt.
   */
  act(half: boolean): XenDomain['status'] {
    if (this.cache === undefined || !this.on || this.silent) return undefined;
    const { epoch, desired, vm, bootID } = this.cache.spec;
    if (this.epoch > 0 && (this.owner.namespace !== vm.namespace || this.owner.name !== vm.name))
      return { epoch, phase: 'Unknown' };
    if (desired === 'Absent') return this.#retire(epoch, half);
    if (epoch <= this.retiredEpoch || epoch < this.epoch)
      return { epoch, phase: 'Unknown', refusedEpoch: Math.max(this.retiredEpoch, this.epoch) };
    this.epoch = epoch;
    this.owner = this.#ownerOfCache();
    if (desired === 'Stopped') this.running = 0;
    else if (this.running > 0 || !this.boots || bootID === this.bootID) this.running = epoch;
    else return { epoch, phase: 'Stopped' };
    return { epoch, phase: desired };
  }

  #retire(epoch: number, half: boolean): XenDomain['status'] {
    if (epoch < this.epoch) return { epoch, phase: 'Unknown', refusedEpoch: this.retiredEpoch };
    this.running = 0;
    this.owner = this.#ownerOfCache();
    this.epoch = epoch;
    if (half) return undefined;
    this.retiredEpoch = Math.max(this.retiredEpoch, epoch);
    return { epoch, phase: 'Absent', refusedEpoch: this.retiredEpoch, retiredEpoch: this.retiredEpoch };
  }

  #ownerOfCache(): { namespace: string; name: string } {
    const { namespace = '', name = '' } = this.cache?.spec.vm ?? {};
    return { namespace, name };
  }

  answer(nonce: string): void {
    if (!this.on || this.silent) return;
    const orphan = this.cache === undefined && (this.running > 0 || this.epoch > this.retiredEpoch);
    const { epoch, retiredEpoch } = this;
    const known = { epoch, retiredEpoch, refusedEpoch: retiredEpoch, ...this.owner };
    this.report = { nonce, bootID: this.bootID, present: this.running > 0, orphan, ...known };
  }
}
