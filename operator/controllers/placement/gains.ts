/**
 * When a VM that was refused may be asked about again. Only a change that can help it counts;
 * otherwise each heartbeat of each host would make the loop look at all VMs that wait.
 */
import { sameSpec } from '../../plan/same';
import type { HostState, VmSpec } from '../../../scheduler';

interface Counted {
  readonly spec: VmSpec;
  readonly host: string;
}

/** What the loop knew when it looked at a VM. */
export interface Stamp {
  readonly room: number;
  readonly company: number;
}

export class Gains {
  #room = 0;
  #company = 0;

  get stamp(): Stamp {
    return { room: this.#room, company: this.#company };
  }

  /** True if a change since then may help this VM. */
  mayHelp(spec: VmSpec, since: Stamp): boolean {
    const asksForOthers = spec.affinity !== undefined || (spec.topologySpread ?? []).length > 0;
    return this.#room !== since.room || (asksForOthers && this.#company !== since.company);
  }

  /** Notes a change that may help any VM. */
  note(): void {
    this.#room += 1;
  }

  host(before: HostState | undefined, after: HostState): void {
    if (before === undefined || !sameSpec(lasting(before), lasting(after)) || hasMoreStorage(before, after))
      this.note();
  }

  /**
   * A VM that came may be one that another wants to be near. One that went, shrank or looks
   * different gives room.
   */
  vm(before: Counted | undefined, after: Counted): void {
    this.#company += 1;
    if (before !== undefined && (before.host !== after.host || !isGrowth(before.spec, after.spec))) this.note();
  }
}

/** The host without the figures that are measured again and again. */
function lasting(host: HostState): object {
  return { ...host, reportedFreeBytes: 0, storage: host.storage?.map(({ name, locality }) => ({ name, locality })) };
}

function hasMoreStorage(before: HostState, after: HostState): boolean {
  const free = new Map((before.storage ?? []).map(({ name, freeBytes }) => [name, freeBytes]));
  return (after.storage ?? []).some(({ name, freeBytes }) => freeBytes > (free.get(name) ?? 0));
}

/** The VM takes more CPU or memory, and is otherwise as before. */
function isGrowth(before: VmSpec, after: VmSpec): boolean {
  const shape = (spec: VmSpec): object => ({ ...spec, vcpus: 0, memoryBytes: 0 });
  return (
    sameSpec(shape(before), shape(after)) && after.vcpus >= before.vcpus && after.memoryBytes >= before.memoryBytes
  );
}
