/** Which changes lead to a look at which XenPools: of their rules, hosts and VMs. */
import type { XenVM } from '../../../crds/generated/types';
import { poolOf } from '../../plan/pool/pool';
import type { Caches } from '../frame/caches';
import { sides, watch, watchSelf, type Watch } from '../frame/watch';

/** All changes of hosts and VMs within this time lead to one look. */
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
