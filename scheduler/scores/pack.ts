import type { Scorer } from './scorer';

const EMPTY = 10;

/**
 * Packing, for fleets where an empty host is worth money: a host in use before an empty one, the
 * fullest that has room first; of empty ones the largest, so that few are opened. Fullness is that
 * of the scarcer, memory or vCPUs, after the VM came (best fit); between equals the first by name,
 * so that it is the same hosts that stay full.
 */
export const pack: Scorer = {
  name: 'Pack',
  weight: 1,
  reads: 'room',
  concerns: () => true,
  cost: (world, vm, slot) => {
    const { hosts } = world;
    const ratio = hosts.vcpuRatio[slot] ?? 1;
    const bytes = hosts.capBytes[slot] ?? 1;
    const vcpus = Math.max(1, (hosts.cpus[slot] ?? 0) * ratio);
    if (hosts.vms[slot] === 0)
      return EMPTY - bytes / (hosts.totals().bytes + bytes) - vcpus / (hosts.totals().vcpus + vcpus);
    const freeBytes = hosts.freeBytes(slot) - vm.needBytes;
    const freeVcpus = hosts.freeVcpus(slot) - (vm.dedicated ? vm.vcpus * ratio : vm.vcpus);
    return Math.min(freeBytes / bytes, freeVcpus / vcpus);
  },
};
