/** Which changes lead to a look at which XenVMs. */
import type { XenAgent, XenDomain } from '../../../crds/generated/types';
import { keyOf } from '../../../common/kube/types';
import { hostNamespace, hostOfNamespace } from '../../../common/names';
import type { Caches } from '../frame/caches';
import { sides, watch, watchSelf, watchViews, type Watch } from '../frame/watch';
import { whoMayChanged } from '../frame/rules';
import { contested, heldByOrder, type Contested } from './contested';

const vmsBy = (caches: Caches, index: string, value: string): string[] =>
  caches.vms.byIndex(index, value).map((vm) => keyOf(vm.metadata));

const vmOf = ({ spec }: XenDomain): string => `${spec.vm.namespace}/${spec.vm.name}`;

/** When a conflict begins or ends, all who take part in it are looked at. */
function holders(caches: Caches, { uuids, macs }: Contested): string[] {
  return [...uuids.flatMap((uuid) => vmsBy(caches, 'uuid', uuid)), ...macs.flatMap((mac) => vmsBy(caches, 'mac', mac))];
}

/** The VMs that reports speak of, by UUID, by name or by MAC address. */
function told(agents: readonly XenAgent[], caches: Caches): string[] {
  const entries = agents.flatMap(({ status }) => [
    ...(status?.domains ?? []).map(({ uuid, namespace, vmName: name }) => ({ uuid, namespace, name })),
    ...(status?.records ?? []),
    ...(status?.retainedDisks ?? []).map(({ uuid, namespace, vmName: name }) => ({ uuid, namespace, name })),
  ]);
  const named = entries.flatMap(({ namespace, name }) => (name === undefined ? [] : [`${namespace}/${name}`]));
  const uuids = [...new Set(entries.map(({ uuid }) => uuid))];
  const macs = new Set(agents.flatMap(({ status }) => (status?.records ?? []).flatMap((record) => record.macs ?? [])));
  return [
    ...new Set(named),
    ...uuids.flatMap((uuid) => vmsBy(caches, 'uuid', uuid)),
    ...[...macs].flatMap((mac) => vmsBy(caches, 'mac', mac)),
  ];
}

/** The VMs that have to do with a host: by a claim, an order, or an entry in its report. */
function on(host: string, caches: Caches): string[] {
  const at = hostNamespace(host);
  const agent = caches.agents.get(`${at}/${host}`);
  return [
    ...vmsBy(caches, 'host', host),
    ...caches.domains.byIndex('namespace', at).map(vmOf),
    ...told(agent === undefined ? [] : [agent], caches),
  ];
}

export const VM_WATCHES: readonly Watch[] = [
  watchSelf('vms'),
  watch('vms', (change, caches) => holders(caches, contested(change))),
  watch('domains', (change) => sides(change).map(vmOf)),
  watch('domains', (change, caches) =>
    change.type === 'updated' ? [] : sides(change).flatMap((order) => holders(caches, heldByOrder(order))),
  ),
  watch('vmOperations', (change) => sides(change).map(({ metadata, spec }) => `${metadata.namespace}/${spec.vmName}`)),
  // What the last report told and this one does not counts, too.
  watch('agents', (change, caches) => told(sides(change), caches)),
  watchViews(on),
  watch('namespaces', ({ key }, caches) => (hostOfNamespace(key) === undefined ? vmsBy(caches, 'namespace', key) : [])),
  watch('vmClasses', ({ key }, caches) => vmsBy(caches, 'class', key)),
  watch('pools', (change, caches) => (whoMayChanged(change) ? caches.vms.all().map((vm) => keyOf(vm.metadata)) : [])),
  watch('storagePools', ({ key }, caches) => vmsBy(caches, 'storagePool', key)),
  watch('networks', ({ key }, caches) => vmsBy(caches, 'network', key)),
];

/** Keys of all VMs, and of orders whose VM is gone. */
export function allVms(caches: Caches): string[] {
  return [...caches.vms.all().map((vm) => keyOf(vm.metadata)), ...caches.domains.all().map(vmOf)];
}
