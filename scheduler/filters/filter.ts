/** The shape of a rule: one file, one name, one question. */
import type { FilterName, Refusal } from '../types';
import type { Vm } from '../state/demand';
import type { World } from '../state/world';

export interface Filter {
  readonly name: FilterName;
  /**
   * What the answer depends on, and so how long it may be remembered: `host`: on what the host is;
   * `room`: on what it has left as well; `vms`: on which VMs are where.
   */
  readonly reads: 'host' | 'room' | 'vms';
  /** Makes no garbage: it is asked a million times a second. */
  fits(world: World, vm: Vm, slot: number): boolean;
  /** Only asked where it does not fit. */
  refusal(world: World, vm: Vm, slot: number): Refusal;
}

export const unresolvable = (reason: string): Refusal => ({ kind: 'unresolvable', reason });
