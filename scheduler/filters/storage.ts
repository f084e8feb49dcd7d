import { MIB } from '../../common/memory';
import type { Vm } from '../state/demand';
import type { World } from '../state/world';
import { unresolvable } from './filter';
import type { Filter } from './filter';

/** The first pool that the host lacks or that is too full. */
function missing(world: World, vm: Vm, slot: number): { pool: string; bytes: number } | undefined {
  const host = world.hosts.spec(slot).name;
  for (const [pool, { toMake: asked }] of vm.diskBytes) {
    if (!world.storage.has(host, pool)) return { pool, bytes: Infinity };
    const bytes = asked - world.storage.freeBytes(host, pool);
    if (asked > 0 && bytes > 0) return { pool, bytes };
  }
  return undefined;
}

/** The host has every disk pool of the VM, with room for the disks that are not made yet. */
export const storage: Filter = {
  name: 'Storage',
  reads: 'room',
  fits: (world, vm, slot) => vm.diskBytes.size === 0 || missing(world, vm, slot) === undefined,
  refusal: (world, vm, slot) => {
    const { pool, bytes } = missing(world, vm, slot) ?? { pool: '', bytes: 0 };
    if (bytes === Infinity) return unresolvable(`no storage pool ${pool}`);
    const shortfall = { resource: `pool ${pool}`, unit: 'MiB', amount: Math.ceil(bytes / MIB) } as const;
    return { kind: 'unschedulable', reason: `storage pool ${pool} is too full`, shortfall };
  },
};
