import type { Vm } from '../state/demand';
import type { World } from '../state/world';
import type { Refusal } from '../types';
import type { Filter } from './filter';

function missingPcpus(world: World, vm: Vm, slot: number): number {
  return vm.dedicated ? vm.vcpus - world.hosts.freePcpus(slot) : 0;
}

/**
 * Shared vCPUs that are missing: a dedicated CPU takes the share of all vCPUs that it could have
 * carried.
 */
function missingVcpus(world: World, vm: Vm, slot: number): number {
  const asked = vm.dedicated ? vm.vcpus * (world.hosts.vcpuRatio[slot] ?? 0) : vm.vcpus;
  return asked - world.hosts.freeVcpus(slot);
}

/**
 * Shared vCPUs stay within the pool's ratio; dedicated ones are whole CPUs that are neither Dom0's
 * nor another VM's.
 */
export const vcpu: Filter = {
  name: 'VCPU',
  reads: 'room',
  fits: (world, vm, slot) => missingPcpus(world, vm, slot) <= 0 && missingVcpus(world, vm, slot) <= 0,
  refusal: (world, vm, slot): Refusal => {
    const { hosts } = world;
    const pcpus = missingPcpus(world, vm, slot);
    const never = vm.dedicated
      ? vm.vcpus > (hosts.cpus[slot] ?? 0) - (hosts.dom0Vcpus[slot] ?? 0)
      : vm.vcpus > (hosts.cpus[slot] ?? 0) * (hosts.vcpuRatio[slot] ?? 0) - (hosts.fixedVcpus[slot] ?? 0);
    const kind = never ? 'unresolvable' : 'unschedulable';
    if (pcpus > 0) {
      const shortfall = { resource: 'cpu', unit: 'pCPU', amount: pcpus } as const;
      return { kind, reason: 'too few whole CPUs free', shortfall };
    }
    const shortfall = { resource: 'vcpu', unit: 'vCPU', amount: Math.ceil(missingVcpus(world, vm, slot)) } as const;
    return { kind, reason: 'vCPU ratio reached', shortfall };
  },
};
