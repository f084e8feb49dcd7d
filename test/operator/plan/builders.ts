/** Objects with sane defaults for tests of plans; give what matters to the test. */
import type {
  XenDomain,
  XenDomainSpec,
  XenVM,
  XenVMOperation,
  XenVMOperationStatus,
} from '../../../crds/generated/types';
import { FINALIZER, hostNamespace } from '../../../common/names';
import type { AgentCatalog } from '../../../operator/plan/agent-catalog';
import { OPEN } from '../../../operator/plan/brake';
import type { Wanted } from '../../../operator/plan/vm/resolve';
import { newOrder, orderSpec, tombstoneSpec } from '../../../operator/plan/vm/order';
import type { Action } from '../../../operator/plan/vm/plan';
import type { HostView, Sighting, VmFacts } from '../../../operator/plan/vm/facts';

export const UID = '11111111-2222-4333-8444-555555555555';
export const FLEET = 'fleet-1';
export const WANTED: Wanted = {
  vcpus: 1,
  memoryMiB: 1024,
  dedicated: false,
  hvm: false,
  priority: 0,
  disks: [],
  networks: [],
};

/** A disk of a VM, as it is resolved. */
export const DISK = {
  name: 'root',
  device: 'xvda',
  sizeBytes: 10,
  pool: 'ssd',
  path: '/ssd',
  driver: 'file' as const,
  locality: 'local' as const,
  readOnly: false,
};

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

/** An operation on `vm()`, created in this second of a minute. */
export function operation(
  name: string,
  spec: Partial<XenVMOperation['spec']> = {},
  status?: XenVMOperationStatus,
  second = 0,
): XenVMOperation {
  const creationTimestamp = `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;
  return {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenVMOperation',
    metadata: { namespace: 'acme', name, uid: `uid-${name}`, generation: 1, resourceVersion: '1', creationTimestamp },
    spec: { vmName: 'web', type: 'Restart', ...spec },
    ...(status && { status }),
  };
}

/** The boot that every host of these tests is in, unless a test says otherwise. */
export const bootOf = (host: string): string => `boot-${host}`;

export const claimed = (host: string, epoch: number): XenVM['status'] => ({
  placement: { host, epoch, bootID: bootOf(host) },
  domainUUID: UID,
});

export function order(
  host: string,
  epoch: number,
  over: Partial<XenDomainSpec> = {},
  status?: XenDomain['status'],
): XenDomain {
  const made = newOrder(host, UID, { ...orderSpec(vm(), WANTED, { epoch, bootID: bootOf(host) }, FLEET), ...over });
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
  bootID: bootOf(name),
  dead: false,
  quarantined: false,
  namespaceReady: true,
  ...over,
});

/** What a report says of the VM; its own unless told otherwise. */
export const seen = (at: string, over: Partial<Sighting> = {}): Sighting => ({
  host: at,
  namespace: 'acme',
  name: 'web',
  present: true,
  orphan: true,
  epoch: 1,
  retiredEpoch: 0,
  refusedEpoch: over.retiredEpoch ?? 0,
  ...over,
});

export function facts(over: Partial<Omit<VmFacts, 'hosts'>> & { hosts?: HostView[] } = {}): VmFacts {
  const { hosts = [host('h1'), host('h2')], ...rest } = over;
  return {
    vm: vm(),
    uuid: UID,
    fleetID: FLEET,
    resolution: { wanted: WANTED },
    orders: [],
    foreignOrders: [],
    hosts: Object.fromEntries(hosts.map((view) => [view.name, view])),
    unreported: [],
    sightings: [],
    foreignSightings: [],
    retained: [],
    rivals: [],
    namesakes: [],
    macUses: [],
    fresh: false,
    vouched: false,
    reported: undefined,
    operation: undefined,
    brake: OPEN,
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

/** A fleet of these hosts, all of which keep the names of all. */
export function catalogOf(...names: readonly string[]): AgentCatalog {
  const roster = { roster: names, keepers: new Set(names), known: new Set(names) };
  return { roster, storagePools: [], networks: [], leftOut: [] };
}
