/** Which changes make which XenVMs be looked at. */
import type { XenAgent, XenDomain } from '../../../crds/generated/types';
import { keyOf } from '../../../common/kube/types';
import { hostOfNamespace } from '../../../common/names';
import { sameSpec } from '../../plan/same';
import type { StoreChange } from '../../runtime/store';
import type { Caches } from '../frame/caches';
import { sides, watch, watchSelf, watchViews, type Watch } from '../frame/watch';
import { contested, heldByOrder, type Contested } from './contested';

const vmsBy = (caches: Caches, index: string, value: string): string[] =>
  caches.vms.byIndex(index, value).map((vm) => keyOf(vm.metadata));

const vmOf = ({ spec }: XenDomain): string => `${spec.vm.namespace}/${spec.vm.name}`;

/** A conflict that begins, or is over, is looked at by all who take part in it. */
function holders(caches: Caches, { uuids, macs }: Contested): string[] {
  return [...uuids.flatMap((uuid) => vmsBy(caches, 'uuid', uuid)), ...macs.flatMap((mac) => vmsBy(caches, 'mac', mac))];
}

/** The VMs that a report speaks of, by UUID or by name. What it told before and does not tell any more counts as much. */
function told(change: StoreChange<XenAgent>, caches: Caches): string[] {
  const entries = sides(change).flatMap(({ status }) => [
    ...(status?.domains ?? []).map(({ uuid, namespace, vmName: name }) => ({ uuid, namespace, name })),
    ...(status?.records ?? []),
    ...(status?.retainedDisks ?? []).map(({ uuid, namespace, vmName: name }) => ({ uuid, namespace, name })),
  ]);
  const named = entries.flatMap(({ namespace, name }) => (name === undefined ? [] : [`${namespace}/${name}`]));
  const uuids = [...new Set(entries.map(({ uuid }) => uuid))];
  return [...new Set(named), ...uuids.flatMap((uuid) => vmsBy(caches, 'uuid', uuid))];
}

/** VMs without a host, and those that are being deleted, wait for the reports of hosts: of those that are known, or remembered. */
const unsettled = (caches: Caches): string[] => vmsBy(caches, 'unsettled', 'yes');

/** Which hosts are remembered from before a restore follows from the rosters alone. */
function rosterChanged(change: StoreChange<XenAgent>): boolean {
  const [before, after] = sides(change).map(({ status }) => status?.roster ?? []);
  return change.type !== 'updated' || !sameSpec(before, after);
}

export const VM_WATCHES: readonly Watch[] = [
  watchSelf('vms'),
  watch('vms', (change, caches) => holders(caches, contested(change))),
  watch('domains', (change) => sides(change).map(vmOf)),
  watch('domains', (change, caches) =>
    change.type === 'updated' ? [] : sides(change).flatMap((order) => holders(caches, heldByOrder(order))),
  ),
  watch('agents', told),
  watch('agents', (change, caches) => (rosterChanged(change) ? unsettled(caches) : [])),
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
