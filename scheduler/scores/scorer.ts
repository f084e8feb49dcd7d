/**
 * The shape of a preference: a cost, the lowest sum wins. About 0..1 for the common case, so that
 * weights mean something.
 */
import type { Vm } from '../state/demand';
import type { World } from '../state/world';

export interface Scorer {
  readonly name: string;
  readonly weight: number;
  /** As of a filter: how long the cost may be remembered. */
  readonly reads: 'room' | 'vms';
  /** Whether it has a say about this VM at all. */
  concerns(world: World, vm: Vm): boolean;
  cost(world: World, vm: Vm, slot: number): number;
  /** A bound below which no host costs: hosts that cannot win are not asked. None if absent. */
  least?(world: World, vm: Vm): number;
}
