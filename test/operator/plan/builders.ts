/** Objects with sane defaults for tests of plans; give what matters to the test. */
import type { XenDomain, XenDomainSpec, XenVM } from '../../../crds/generated/types';
import { FINALIZER, hostNamespace } from '../../../common/names';
import type { Wanted } from '../../../operator/plan/resolve';
import { newOrder, orderSpec, tombstoneSpec } from '../../../operator/plan/order';
import type { Action } from '../../../operator/plan/vm';
import type { HostView, VmWorld } from '../../../operator/plan/world';

export const UID = '11111111-2222-4333-8444-555555555555';
export const FLEET = 'fleet-1';
export const WANTED: Wanted = { vcpus: 1, memoryMiB: 1024, dedicated: false, priority: 0, disks: [], networks: [] };

export function vm(
  over: { spec?: Partial<XenVM['spec']>; meta?: Partial<XenVM['metadata']>; status?: XenVM['status'] } = {},
): XenVM {
  return {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenVM',
    metadata: {
      namespace: 'acme',
      name: 'web',
      uid: UID,
      generation: 1,
      resourceVersion: '1',
      finalizers: [FINALIZER],
      ...over.meta,
    },
    spec: { type: 'pvh', className: 'small', boot: { kernel: 'debian/vmlinuz' }, runPolicy: 'Always', ...over.spec },
    ...(over.status && { status: over.status }),
  };
}

export const claimed = (host: string, epoch: number): XenVM['status'] => ({
  placement: { host, epoch },
  domainUUID: UID,
});

export function order(
  host: string,
  epoch: number,
  over: Partial<XenDomainSpec> = {},
  status?: XenDomain['status'],
): XenDomain {
  const made = newOrder(host, UID, { ...orderSpec(vm(), WANTED, epoch, FLEET), ...over });
  return {
    ...made,
    metadata: { ...made.metadata, namespace: hostNamespace(host), resourceVersion: '1' },
    ...(status && { status }),
  };
}

export function tombstone(host: string, epoch: number, retiredEpoch?: number): XenDomain {
  const made = newOrder(host, UID, tombstoneSpec(vm(), epoch, FLEET));
  const status: XenDomain['status'] = retiredEpoch === undefined ? undefined : { epoch, phase: 'Absent', retiredEpoch };
  return { ...made, ...(status && { status }) };
}

export const host = (name: string, over: Partial<HostView> = {}): HostView => ({
  name,
  state: 'Ready',
  message: '',
  answered: true,
  dead: false,
  namespaceReady: true,
  ...over,
});

export function world(over: Partial<Omit<VmWorld, 'host'>> & { hosts?: HostView[] } = {}): VmWorld {
  const { hosts = [host('h1'), host('h2')], ...rest } = over;
  return {
    vm: vm(),
    uuid: UID,
    fleetID: FLEET,
    resolution: { wanted: WANTED },
    orders: [],
    host: (name) => hosts.find((h) => h.name === name),
    unreported: [],
    sightings: [],
    conflict: undefined,
    fresh: false,
    reported: undefined,
    unplaced: undefined,
    ...rest,
  };
}

/** An action in a few words. */
export const brief = (action: Action): string => {
  switch (action.do) {
    case 'wait':
      return action.because === undefined ? 'wait' : `wait ${action.because.reason}`;
    case 'place':
      return `place ≥${action.epoch}`;
    case 'claim':
      return `claim ${action.host} ${action.epoch}`;
    case 'grow':
      return `grow ${action.host} ${action.epoch}`;
    case 'shrink':
      return `shrink ${action.host} ${action.epoch} to ${action.reserved.vcpus}/${action.reserved.memoryMiB}`;
    case 'createOrder':
      return `create ${action.host} ${action.order.spec.epoch} ${action.order.spec.desired}`;
    case 'updateOrder':
      return `update ${action.host} ${action.spec.epoch} ${action.spec.desired}`;
    case 'deleteOrder':
      return `delete ${action.host} ${action.order.spec.epoch}`;
    case 'addFinalizer':
    case 'clearFinalizer':
      return action.do;
  }
};
