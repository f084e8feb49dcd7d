/**
 * Whether a placed VM may grow where it is. Only what it asks more of than it holds is judged: a
 * host that is too full already must not keep a VM from shrinking, or from growing in something
 * else. Rules about who may come to a host (cordon, taints, selectors, affinity) are not asked,
 * because the VM is there.
 */
import { explain } from './explain';
import { isPlaceable } from './failover/placeable';
import type { Filter } from './filters/filter';
import { hvmGuests } from './filters/hvm-guests';
import { memory } from './filters/memory';
import { storage } from './filters/storage';
import { vcpu } from './filters/vcpu';
import type { Placer } from './placer';
import type { DiskBytes, Vm } from './state/demand';
import type { Placed, World } from './state/world';
import type { Explanation } from './types';

export type Growth = { readonly fits: true } | { readonly fits: false; readonly explanation: Explanation };

type Grows = (world: World, vm: Vm, slot: number) => boolean;

/** The VM is nowhere while this is asked; `held` is what the ledger counted for it until now. */
export function growth(placer: Placer, vm: Vm, held: Placed | undefined): Growth {
  const { world } = placer;
  const { host, inboundHost } = vm.spec;
  const homes = [...new Set([host, inboundHost])].filter((name) => name !== undefined);
  const unknown = homes.find((name) => world.hosts.slotOf(name) === undefined);
  if (homes.length === 0 || unknown !== undefined) return unknownHost(unknown);

  const heldAt = (slot: number): Vm | undefined => {
    const { name } = world.hosts.spec(slot);
    return held?.host === name || held?.inboundHost === name ? held.vm : undefined;
  };
  const filters: readonly Filter[] = [
    whereGrown(memory, (_world, asked, slot) => asked.needBytes > (heldAt(slot)?.needBytes ?? 0)),
    whereGrown(vcpu, (_world, asked, slot) => growsInVcpus(world, asked, heldAt(slot), slot)),
    whereGrown(hvmGuests, (_world, asked, slot) => asked.hvm > (heldAt(slot)?.hvm ?? 0)),
    whereGrownPools(heldAt),
  ];
  const growsAt = (slot: number): boolean => {
    const before = heldAt(slot);
    if (!before || (isPlaceable(vm) && !isPlaceable(before))) return true;
    if (vm.needBytes > before.needBytes || growsInVcpus(world, vm, before, slot)) return true;
    if (vm.hvm > before.hvm) return true;
    return grownPools(vm, before).size > 0;
  };
  const explanation = explain(world, vm, {
    filters,
    slots: homes.map((name) => world.hosts.slotOf(name) ?? -1),
    tolerates: (slot) => (growsAt(slot) ? placer.tolerates(vm, slot) : undefined),
  });
  return explanation.fitting === homes.length ? { fits: true } : { fits: false, explanation };
}

function whereGrown(filter: Filter, grows: Grows): Filter {
  return { ...filter, fits: (world, vm, slot) => !grows(world, vm, slot) || filter.fits(world, vm, slot) };
}

/** The storage pools of which the VM asks more than it holds. */
function grownPools(vm: Vm, before: Vm | undefined): Vm['diskBytes'] {
  const grows = (pool: string, { toMake, all }: DiskBytes): boolean => {
    const held = before?.diskBytes.get(pool);
    return held === undefined || toMake > held.toMake || all > held.all;
  };
  return new Map([...vm.diskBytes].filter(([pool, bytes]) => grows(pool, bytes)));
}

function whereGrownPools(heldAt: (slot: number) => Vm | undefined): Filter {
  const onlyGrown = (vm: Vm, slot: number): Vm => ({ ...vm, diskBytes: grownPools(vm, heldAt(slot)) });
  return {
    ...storage,
    fits: (world, vm, slot) => storage.fits(world, onlyGrown(vm, slot), slot),
    refusal: (world, vm, slot) => storage.refusal(world, onlyGrown(vm, slot), slot),
  };
}

function growsInVcpus(world: World, vm: Vm, before: Vm | undefined, slot: number): boolean {
  const ratio = world.hosts.vcpuRatio[slot] ?? 0;
  const pcpus = ({ dedicated, vcpus }: Vm): number => (dedicated ? vcpus : 0);
  const shared = ({ dedicated, vcpus }: Vm): number => (dedicated ? vcpus * ratio : vcpus);
  return before === undefined || pcpus(vm) > pcpus(before) || shared(vm) > shared(before);
}

/** What is not known is not promised. */
function unknownHost(name: string | undefined): Growth {
  const reason = name === undefined ? 'the VM is on no host' : `host ${name} is not known`;
  const filters = [{ filter: 'HostReady', hosts: 1, unresolvable: 1, reason }] as const;
  return { fits: false, explanation: { hosts: 1, fitting: 0, filters } };
}
