/** A settled fleet as an API server lists it: every VM is claimed, ordered and running. Pure. */
import type { XenAgent, XenDomain, XenVM } from '../../../crds/generated/types';
import type { KubeObject } from '../../../common/kube/types';
import { API_VERSION, derivedMac, FINALIZER, hostNamespace } from '../../../common/names';
import { newOrder, orderSpec } from '../../../operator/plan/vm/order';
import { TENANT, workload } from '../workload';

export interface FleetSize {
  readonly hosts: number;
  readonly vms: number;
  readonly seed: number;
}

const FLEET = 'b1d0a2f4-6f0e-4a53-9d0e-000000000000';
const NOW = '2025-01-01T00:00:00Z';
const BRIDGE = 'xenbr0';

const hostName = (index: number): string => `h${String(index).padStart(4, '0')}`;
const uidOf = (kind: number, index: number): string =>
  `${String(kind).padStart(8, '0')}-6f0e-4a53-9d0e-${index.toString(16).padStart(12, '0')}`;

function condition(type: string, status: 'True' | 'False', reason: string, message: string) {
  return { type, status, reason, message, observedGeneration: 1, lastTransitionTime: NOW };
}

/** What servers keep of who wrote which field: half of an object, and nobody here reads it. */
function managed(manager: string, fields: object): object {
  const names = (value: unknown): object =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? {}
      : Object.fromEntries(Object.entries(value).map(([key, inner]) => [`f:${key}`, names(inner)]));
  return {
    manager,
    operation: 'Update',
    apiVersion: API_VERSION,
    time: NOW,
    fieldsType: 'FieldsV1',
    fieldsV1: names(fields),
  };
}

/** Keys in the order in which API servers write them. */
function stored<T extends KubeObject>(object: T, uid: string, version: number): T {
  const { spec, status } = object as { spec?: object; status?: object };
  const metadata = {
    creationTimestamp: NOW,
    ...(object.metadata.finalizers && { finalizers: object.metadata.finalizers }),
    generation: 1,
    ...(object.metadata.labels && { labels: object.metadata.labels }),
    managedFields: [managed('writer', { spec }), managed('reporter', { status })],
    name: object.metadata.name,
    ...(object.metadata.namespace !== undefined && { namespace: object.metadata.namespace }),
    resourceVersion: String(version),
    uid,
  };
  return { ...object, metadata };
}

function claimed(plain: XenVM, index: number, host: string): { vm: XenVM; order: XenDomain } {
  const uid = uidOf(1, index);
  const bootID = `boot-of-${host}`;
  const mac = derivedMac(uid, 'eth0');
  const { vcpus = 1, memory = '256Mi' } = plain.spec.resources ?? {};
  const memoryMiB = String(memory).endsWith('Gi')
    ? Number.parseInt(String(memory)) * 1024
    : Number.parseInt(String(memory));
  const status = {
    conditions: [
      condition('Ready', 'True', 'Running', 'it runs'),
      condition('Stalled', 'False', 'NotStalled', ''),
      condition('Scheduled', 'True', 'Scheduled', `on ${host}`),
      condition('RestartRequired', 'False', 'UpToDate', ''),
    ],
    disks: [],
    domainUUID: uid,
    granted: { memory: `${memoryMiB}Mi`, vcpus },
    networks: [{ mac, name: 'eth0' }],
    observedGeneration: 1,
    phase: 'Running' as const,
    placement: { bootID, epoch: 1, host },
    reserved: { dedicated: false, hvm: false, disks: [], memoryMiB, vcpus },
  };
  const metadata = { ...plain.metadata, uid, finalizers: [FINALIZER] };
  const vm: XenVM = { ...plain, metadata, status };
  const networks = [{ name: 'eth0', network: 'public', bridge: BRIDGE, mac }];
  const wanted = { vcpus, memoryMiB, dedicated: false, hvm: false, priority: 0, disks: [], networks };
  const spec = orderSpec(vm, wanted, { epoch: 1, bootID }, FLEET);
  const ready = [condition('Ready', 'True', 'Running', 'it runs')];
  const said = {
    conditions: ready,
    domid: 1,
    epoch: 1,
    granted: { memoryMiB, vcpus },
    madeDisks: [],
    observedGeneration: 1,
    phase: 'Running' as const,
  };
  return { vm, order: { ...newOrder(host, uid, spec), status: said } };
}

function agentOf(host: string, orders: readonly XenDomain[]): XenAgent {
  const domains = orders.map(({ metadata: { name: uuid }, spec }) => {
    const size = { memoryMiB: spec.memory?.maxMiB ?? 0, vcpus: spec.vcpus?.count ?? 0 };
    const kinds = { domid: 1, kind: 'ours' as const, state: 'running' as const, type: 'pvh' as const };
    return { ...kinds, ...size, namespace: spec.vm.namespace, uuid, vmName: spec.vm.name };
  });
  const records = orders.map(({ metadata: { name: uuid }, spec: { vm } }) => ({
    epoch: 1,
    name: vm.name,
    namespace: vm.namespace,
    uuid,
  }));
  const spec = {
    confirmedBootID: `boot-of-${host}`,
    fleetID: FLEET,
    networks: [{ bridge: BRIDGE, name: 'public' }],
    nonce: 'n',
    roster: [],
    rosterEpoch: 1,
    storagePools: [],
  };
  const status = {
    agentVersion: 'bench',
    bootID: `boot-of-${host}`,
    cpus: 64,
    dom0: { memoryFixed: true, memoryMiB: 4096, vcpus: 4 },
    domains,
    fleetID: FLEET,
    hostname: host,
    memory: { freeMiB: 126976, totalMiB: 131072 },
    networks: [{ name: 'public', present: true }],
    nonce: 'n',
    observedGeneration: 1,
    records,
    roster: [],
    rosterEpoch: 1,
    storagePools: [],
    xen: { guestTypes: ['pv', 'pvh', 'hvm'] as ('pv' | 'pvh' | 'hvm')[], version: '4.17.7' },
  };
  const metadata = { name: host, namespace: hostNamespace(host) };
  return { apiVersion: API_VERSION, kind: 'XenAgent', metadata, spec, status };
}

/** The objects of each kind, by its plural name. */
export function settledFleet({ hosts, vms, seed }: FleetSize): ReadonlyMap<string, readonly KubeObject[]> {
  const names = Array.from({ length: hosts }, (_, index) => hostName(index));
  const pairs = workload({ vms, seed, prefix: 'vm', disks: false }).map((vm, index) =>
    claimed(vm, index, hostName(index % hosts)),
  );
  const ordersOf = new Map<string, XenDomain[]>(names.map((name) => [name, []]));
  pairs.forEach(({ order }, index) => ordersOf.get(hostName(index % hosts))?.push(order));
  let version = 0;
  const all = (kind: number, objects: readonly KubeObject[]): KubeObject[] =>
    objects.map((object, index) => stored(object, object.metadata.uid ?? uidOf(kind, index), ++version));
  const network = {
    apiVersion: API_VERSION,
    kind: 'XenNetwork',
    metadata: { name: 'public' },
    spec: { bridge: BRIDGE, allowedNamespaces: { from: 'All' } },
  };
  const host = (name: string): KubeObject =>
    ({ apiVersion: API_VERSION, kind: 'XenHost', metadata: { name }, spec: { pool: 'default' } }) as KubeObject;
  const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return new Map([
    ['namespaces', all(2, [TENANT, ...names.map(hostNamespace)].map(namespace))],
    ['xennetworks', all(3, [network])],
    ['xenhosts', all(4, names.map(host))],
    [
      'xenagents',
      all(
        5,
        names.map((name) => agentOf(name, ordersOf.get(name) ?? [])),
      ),
    ],
    [
      'xenvms',
      all(
        6,
        pairs.map(({ vm }) => vm),
      ),
    ],
    [
      'xendomains',
      all(
        7,
        pairs.map(({ order }) => order),
      ),
    ],
  ]);
}
