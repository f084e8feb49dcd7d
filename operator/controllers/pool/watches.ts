/** Which changes make which XenPools be looked at: of their rules, of their hosts, of the VMs on them. */
import type { XenVM } from '../../../crds/generated/types';
import { poolOf } from '../../plan/pool/pool';
import type { Caches } from '../frame/caches';
import { sides, watch, watchSelf, type Watch } from '../frame/watch';

/** What many hosts and VMs do within this time is looked at in one go. */
export const GATHER_MS = 1000;

function poolOfVm({ status }: XenVM, caches: Caches): string[] {
  const host = status?.placement === undefined ? undefined : caches.hosts.get(status.placement.host);
  return host === undefined ? [] : [poolOf(host)];
}

export const POOL_WATCHES: readonly Watch[] = [
  watchSelf('pools'),
  watch('hosts', (change) => sides(change).map(poolOf), GATHER_MS),
  watch('vms', (change, caches) => sides(change).flatMap((vm) => poolOfVm(vm, caches)), GATHER_MS),
];

export const allPools = (caches: Caches): string[] => caches.pools.all().map(({ metadata }) => metadata.name);
