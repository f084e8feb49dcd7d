import type { Scorer } from './scorer';

/** How much used²/capacity rises if `more` is used on top. */
const growth = (used: number, more: number, capacity: number): number =>
  capacity > 0 ? ((2 * used + more) * more) / capacity : 0;

/**
 * Balance: the fleet is even where the sum over hosts of capacity × utilisation² is least, for
 * memory and for vCPUs, each as a share of what the fleet has. The cost of a host is what the VM
 * adds to that sum, scaled to 0..1 by the VM's own size: the mean of the host's utilisation before
 * and after. It depends on this host alone, so it can be remembered.
 */
export const balance: Scorer = {
  name: 'Balance',
  weight: 1,
  reads: 'room',
  concerns: () => true,
  cost: (world, vm, slot) => {
    const { hosts } = world;
    const totals = hosts.totals();
    const ratio = hosts.vcpuRatio[slot] ?? 0;
    const vcpus = vm.dedicated ? vm.vcpus * ratio : vm.vcpus;
    const capacity = (hosts.cpus[slot] ?? 0) * ratio;
    const used = capacity - hosts.freeVcpus(slot);
    const memory = growth(hosts.usedBytes[slot] ?? 0, vm.needBytes, hosts.capBytes[slot] ?? 0) / totals.bytes;
    const size = vm.needBytes / totals.bytes + vcpus / totals.vcpus;
    return (memory + growth(used, vcpus, capacity) / totals.vcpus) / (2 * size);
  },
};
