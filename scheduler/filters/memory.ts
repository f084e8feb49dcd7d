import { MIB } from '../../common/memory';
import type { Refusal } from '../types';
import type { Filter } from './filter';

/**
 * maxmem and overhead fit into what is neither taken nor kept back. Never overcommitted; an exact
 * fit is a fit.
 */
export const memory: Filter = {
  name: 'Memory',
  reads: 'room',
  fits: (world, vm, slot) => vm.needBytes <= world.hosts.freeBytes(slot),
  refusal: (world, vm, slot): Refusal => {
    const amount = Math.ceil((vm.needBytes - world.hosts.freeBytes(slot)) / MIB);
    const never = vm.needBytes > (world.hosts.capBytes[slot] ?? 0);
    const reason = never ? 'larger than the host' : 'too little memory free';
    return {
      kind: never ? 'unresolvable' : 'unschedulable',
      reason,
      shortfall: { resource: 'memory', unit: 'MiB', amount },
    };
  },
};
