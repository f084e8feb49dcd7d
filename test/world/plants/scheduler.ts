/** Rules of placement. */
import type { Plants } from './plant';

export const SCHEDULER: Plants = {
  'memory is sold twice': [
    {
      file: 'scheduler/filters/memory.ts',
      from: 'fits: (world, vm, slot) => vm.needBytes <= world.hosts.freeBytes(slot),',
      to: 'fits: (world, vm, slot) => vm.needBytes <= (world.hosts.capBytes[slot] ?? 0),',
    },
  ],
  'a cordon is not heeded': [
    {
      file: 'scheduler/filters/host-cordoned.ts',
      from: 'world.hosts.spec(slot).cordoned !== true,',
      to: 'world.hosts.spec(slot) !== undefined,',
    },
  ],
  'taints are not heeded': [
    {
      file: 'scheduler/filters/taints.ts',
      from: 'untoleratedTaint(vm.spec, world.hosts.spec(slot)) === undefined,',
      to: 'untoleratedTaint(vm.spec, world.hosts.spec(slot)) !== null,',
    },
  ],
  'VMs that want to be apart are together': [
    {
      file: 'scheduler/filters/anti-affinity.ts',
      from: 'fits: (world, vm, slot) => inTheWay(world.relations.of(vm), slot) === NONE,',
      to: 'fits: (world, vm, slot) => inTheWay(world.relations.of(vm), slot) >= NONE,',
    },
  ],
  'an edit that waits for a restart is not told': [
    {
      file: 'agents/status/domain-status.ts',
      from: 'const required = runs ? restartRequired(record) : [];',
      to: 'const required = runs ? restartRequired(record).slice(0, 0) : [];',
    },
  ],
  'every look writes': [
    {
      file: 'operator/controllers/vm/controller.ts',
      from: 'return sameSpec({ ...vm.status, placement: undefined, domainUUID: undefined, reserved: undefined }, status);',
      to: 'return sameSpec({ ...vm.status, placement: undefined, domainUUID: undefined }, status);',
    },
  ],
};
