/** Which changes make which XenVMs be looked at. */
import type { XenAgent, XenDomain } from '../../../crds/generated/types';
import { keyOf } from '../../../common/kube/types';
import { hostOfNamespace } from '../../../common/names';
import type { StoreChange } from '../../runtime/store';
import type { Caches } from '../caches';
import { sides, watch, watchSelf, watchViews, type Watch } from '../watch';
import { contested, heldByOrder, type Contested } from './contested';

const vmsBy = (caches: Caches, index: string, value: string): string[] =>
  caches.vms.byIndex(index, value).map((vm) => keyOf(vm.metadata));

const vmOf = ({ spec }: XenDomain): string => `${spec.vm.namespace}/${spec.vm.name}`;

/** A conflict that begins, or is over, is looked at by all who take part in it. */
function holders(caches: Caches, { uuids, macs }: Contested): string[] {
  return [...uuids.flatMap((uuid) => vmsBy(caches, 'uuid', uuid)), ...macs.flatMap((mac) => vmsBy(caches, 'mac', mac))];
}

/** What the host told before and does not tell any more counts as much as what it tells now. */
function told(change: StoreChange<XenAgent>, caches: Caches): string[] {
  const entries = sides(change).flatMap(({ status }) => [...(status?.domains ?? []), ...(status?.records ?? [])]);
  return [...new Set(entries.map(({ uuid }) => uuid))].flatMap((uuid) => vmsBy(caches, 'uuid', uuid));
}

/** VMs without a host, and those that are being deleted, may wait for any report. */
const unsettled = (caches: Caches): string[] => vmsBy(caches, 'unsettled', 'yes');

export const VM_WATCHES: readonly Watch[] = [
  watchSelf('vms'),
  watch('vms', (change, caches) => holders(caches, contested(change))),
  watch('domains', (change) => sides(change).map(vmOf)),
  watch('domains', (change, caches) =>
    change.type === 'updated' ? [] : sides(change).flatMap((order) => holders(caches, heldByOrder(order))),
  ),
  watch('agents', told),
  watch('agents', (_change, caches) => unsettled(caches)),
  watchViews((host, caches) => [...vmsBy(caches, 'host', host), ...unsettled(caches)]),
  watch('namespaces', ({ key }, caches) => (hostOfNamespace(key) === undefined ? vmsBy(caches, 'namespace', key) : [])),
  watch('classes', ({ key }, caches) => vmsBy(caches, 'class', key)),
  watch('storagePools', ({ key }, caches) => vmsBy(caches, 'storagePool', key)),
  watch('networks', ({ key }, caches) => vmsBy(caches, 'network', key)),
];

/** VMs, and orders whose VM is gone. */
export function allVms(caches: Caches): string[] {
  return [...caches.vms.all().map((vm) => keyOf(vm.metadata)), ...caches.domains.all().map(vmOf)];
}
