/** What the caches know of the disks of a VM. */
import type { XenVM } from '../../crds/generated/types';
import { hostOfNamespace } from '../../common/names';
import { retainedBy, type DiskFacts } from '../plan/disks';
import { uuidOf } from '../plan/resolve';
import type { World } from './world';

export function diskFacts(world: World, vm: XenVM): DiskFacts {
  const uuid = uuidOf(vm);
  const orders = world.domains.byIndex('uuid', uuid).flatMap((order) => {
    const host = hostOfNamespace(order.metadata.namespace ?? '');
    return host === undefined ? [] : [{ host, order }];
  });
  orders.sort((a, b) => (a.host < b.host ? -1 : 1));
  const retained = world.agents.byIndex('retained', uuid).flatMap((agent) => retainedBy(agent, uuid));
  return { vm, orders, retained };
}
