import type { Refusal } from '../types';
import { hostHvmGuests } from '../state/host-facts';
import type { Filter } from './filter';

/**
 * Dom0 carries the device model of one more HVM guest. Short of memory, its kernel would end some
 * of them, and with each the guest of somebody.
 */
export const hvmGuests: Filter = {
  name: 'HVMGuests',
  reads: 'room',
  fits: (world, vm, slot) => vm.hvm === 0 || vm.hvm <= world.hosts.freeHvm(slot),
  refusal: ({ hosts }, vm, slot): Refusal => {
    const limit = hostHvmGuests(hosts.spec(slot));
    const amount = vm.hvm - hosts.freeHvm(slot);
    const never = vm.hvm > (hosts.capHvm[slot] ?? 0);
    return {
      kind: never ? 'unresolvable' : 'unschedulable',
      reason: 'Dom0 carries no more',
      shortfall: { resource: 'HVM guests', unit: 'VM', amount, limit },
    };
  },
};
